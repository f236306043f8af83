import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../../test/vault.ts";
import { boxVersion, open, seal, type Place } from "../../crypto/box.ts";
import { entryKind } from "../../features/entries/entries.ts";
import { uuidToBytes } from "../../lib/ids.ts";
import type { Platform } from "../../platform/client.ts";
import { putRecord } from "../records.ts";
import type { UserVault } from "../user-vault.ts";
import { countAllBoxes, resealPlatformBoxes } from "./platform-boxes.ts";

let test: TestVault;
let ada: Owner;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  ada = await test.newOwner();
});

const TEXT = '{"words":"of the platform"}';

/** Where the boxes of somebody are: two in one row, one in another, each row at a revision of its own. */
const placesOf = ({ userId, ownerId }: Owner, accountId: string) => {
  const totp = { table: "totp_credentials", ownerId, rowId: uuidToBytes(userId), rev: 3 };
  const oauth = { table: "oauth_accounts", ownerId, rowId: uuidToBytes(accountId), rev: 5 };
  return [
    { ...totp, box: "sealed" },
    { ...totp, box: "pending" },
    { ...oauth, box: "refresh_sealed" },
  ] as const satisfies Place[];
};

/** Gives somebody all boxes that the platform may hold of a user, under their active key. */
async function holdBoxes(owner: Owner, { keys }: UserVault = owner.vault) {
  const accountId = randomUUID();
  const places = placesOf(owner, accountId);
  const [sealed, pending, refresh] = places.map((place) => seal(keys.active, place, TEXT));
  await test.sql(
    "platform",
    "INSERT INTO totp_credentials (user_id, tenant_id, rev, sealed, pending) SELECT id, tenant_id, 3, ?, ? FROM users WHERE id = ?",
    ...[sealed, pending, owner.userId],
  );
  await test.sql(
    "platform",
    `INSERT INTO oauth_accounts (id, tenant_id, user_id, provider, identity, issuer, subject, rev, refresh_sealed, created_at)
     SELECT ?, tenant_id, id, 'apple', ?, 'issuer', 'subject', 5, ?, NOW() FROM users WHERE id = ?`,
    ...[accountId, randomBytes(32), refresh, owner.userId],
  );
  return places;
}

const boxesOf = async ({ userId }: Owner): Promise<Buffer[]> => {
  const [row] = await test.sql(
    "platform",
    "SELECT sealed, pending, refresh_sealed FROM totp_credentials t JOIN oauth_accounts o USING (user_id) WHERE user_id = ?",
    userId,
  );
  return [row?.["sealed"], row?.["pending"], row?.["refresh_sealed"]] as Buffer[];
};
const reseal = ({ userId }: Owner, { keys }: UserVault, platform = test.deps.platform) =>
  resealPlatformBoxes(platform, userId, keys);

describe("boxes that the platform holds", () => {
  it("are sealed anew under the active key, for the places that they are in, with the text that they had", async () => {
    const places = await holdBoxes(ada);
    const eve = await test.newOwner();
    await holdBoxes(eve);
    const hers = await boxesOf(eve);
    const vault = await test.renewKey(ada);
    expect(await reseal(ada, vault)).toEqual({ found: 3, resealed: 3, unopened: [] });
    const boxes = await boxesOf(ada);
    expect(boxes.map(boxVersion)).toEqual([2, 2, 2]);
    for (const [i, place] of places.entries()) {
      const text = open(vault.keys.active, place, boxes[i] ?? Buffer.alloc(0)).toString("utf8");
      expect(text).toBe(TEXT);
    }
    expect(await boxesOf(eve)).toEqual(hers);
    expect(await reseal(ada, vault)).toEqual({ found: 0, resealed: 0, unopened: [] });
    expect(await boxesOf(ada)).toEqual(boxes);
  });

  it("are left where they do not open, and named, and keep no other from it", async () => {
    await holdBoxes(ada);
    const vault = await test.renewKey(ada);
    await test.sql("platform", "UPDATE totp_credentials SET sealed = REVERSE(sealed)");
    await test.sql(
      "platform",
      "UPDATE totp_credentials SET sealed = CONCAT(x'F901', x'00000001', SUBSTR(sealed, 7))",
    );
    const before = await boxesOf(ada);
    const { unopened, ...counts } = await reseal(ada, vault);
    expect(counts).toEqual({ found: 3, resealed: 2 });
    expect(unopened).toMatchObject([{ table: "totp_credentials", rowId: ada.userId }]);
    const after = await boxesOf(ada);
    expect(after[0]).toEqual(before[0]);
    expect(after.slice(1).map(boxVersion)).toEqual([2, 2]);
  });

  it("stay as somebody made them meanwhile, and are counted among those to look at again", async () => {
    await holdBoxes(ada);
    const vault = await test.renewKey(ada);
    const fresh = randomBytes(120);
    const racing = new Proxy(test.deps.platform, {
      get: (target, name: keyof Platform) => {
        if (name !== "oauthAccount") return target[name];
        return {
          findMany: target.oauthAccount.findMany.bind(target.oauthAccount),
          updateMany: async (query: Parameters<typeof target.oauthAccount.updateMany>[0]) => {
            await test.sql("platform", "UPDATE oauth_accounts SET refresh_sealed = ?", fresh);
            return target.oauthAccount.updateMany(query);
          },
        };
      },
    });
    expect(await reseal(ada, vault, racing)).toEqual({ found: 3, resealed: 2, unopened: [] });
    expect((await boxesOf(ada))[2]).toEqual(fresh);
  });

  it("are not taken for damaged when the platform is away", async () => {
    await holdBoxes(ada);
    const vault = await test.renewKey(ada);
    const away = new Error("away");
    const failing = new Proxy(test.deps.platform, {
      get: (target, name: keyof Platform) =>
        name === "oauthAccount"
          ? {
              findMany: target.oauthAccount.findMany.bind(target.oauthAccount),
              updateMany: () => Promise.reject(away),
            }
          : target[name],
    });
    await expect(reseal(ada, vault, failing)).rejects.toBe(away);
  });
});

describe("how many boxes are under each key", () => {
  const counts = async ({ ownerId }: Pick<Owner, "ownerId">) =>
    (await countAllBoxes(test.deps, new Uint8Array(ownerId)))
      .map(({ table, version, rows }) => `${table} ${version}: ${rows}`)
      .toSorted();

  it("is told by table, of the vault's and the platform's, one owner's alone", async () => {
    await holdBoxes(ada);
    await holdBoxes(await test.newOwner());
    const fields = entryKind.fields.parse({ day: "2026-11-21" });
    const write = { fields, guard: undefined, now: test.clock.now };
    await putRecord(ada.vault, entryKind, randomUUID(), write);
    await putRecord(ada.vault, entryKind, randomUUID(), write);
    expect(await counts(ada)).toEqual([
      "daily_entries 1: 2",
      "oauth_accounts 1: 1",
      "totp_credentials 1: 2",
      "vault_heads 1: 1",
    ]);
    const [, pending] = placesOf(ada, randomUUID());
    const { keys } = await test.renewKey(ada);
    await test.sql(
      "platform",
      "UPDATE totp_credentials SET pending = ? WHERE user_id = ?",
      ...[seal(keys.active, pending, TEXT), ada.userId],
    );
    expect(await counts(ada)).toEqual([
      "daily_entries 1: 2",
      "oauth_accounts 1: 1",
      "totp_credentials 1: 1",
      "totp_credentials 2: 1",
      "vault_heads 1: 1",
    ]);
    const platformBox = (await countAllBoxes(test.deps, new Uint8Array(ada.ownerId))).find(
      ({ table, version }) => table === "totp_credentials" && version === 2,
    );
    expect(Buffer.from(platformBox?.dekId ?? [])).toEqual(Buffer.from(keys.active.dekId));
  });

  it("is nothing for whom no user is", async () => {
    expect(await counts({ ownerId: randomBytes(16) })).toEqual([]);
  });
});
