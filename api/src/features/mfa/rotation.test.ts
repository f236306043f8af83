import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person } from "../../../test/people.ts";
import { answer, askedFor, codeAt, turnOn } from "../../../test/second-factor.ts";
import { boxVersion, open, seal } from "../../crypto/box.ts";
import { hex, uuidToBytes } from "../../lib/ids.ts";
import { listPlatformBoxes, replacePlatformBox } from "../../platform/boxes.ts";
import { destroyDek, findDekHistory } from "../../platform/dek-rotation.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { countAllBoxes } from "../../vault/rotation/platform-boxes.ts";
import { examineKeys } from "../../vault/rotation/doctor.ts";
import { resealAll } from "../../vault/rotation/reseal.ts";
import { masterKeys } from "../../vault/mek/providers.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const USE = { actor: "operator", purpose: "test", requestId: null } as const;
const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const rotate = (who: string) =>
  resealAll(app.deps, { who, madeBefore: new Date(8.64e15), graceMs: 0, purpose: "test" });
const idOf = async ({ email }: Person) =>
  String((await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]))[0]?.["id"]);
const historyOf = async (userId: string) => {
  const history = await findDekHistory(app.deps.platform, userId);
  if (history === null) throw new Error("no keys");
  return history;
};
async function destroy(userId: string, version: number) {
  const occasion = { now: app.clock.now, purpose: "test" };
  const isDone = await destroyDek(app.deps.platform, await historyOf(userId), version, occasion);
  app.deps.keys.forget(userId);
  return isDone;
}
const versionsOf = async (userId: string) =>
  (await listPlatformBoxes(app.deps.platform, userId)).map(
    ({ table, box, sealed }) => `${table}.${box} ${boxVersion(sealed)}`,
  );

/** Links an identity whose refresh token is kept in a box. */
async function link(userId: string, token: string): Promise<string> {
  const id = randomUUID();
  const { ownerId, active } = await app.deps.keys.openKeys(userId, USE);
  const place = {
    table: "oauth_accounts",
    box: "refresh_sealed",
    ownerId,
    rowId: uuidToBytes(id),
    rev: 1,
  };
  await app.sql(
    "platform",
    `INSERT INTO oauth_accounts (id, tenant_id, user_id, provider, identity, issuer, subject, refresh_sealed, created_at)
     SELECT ?, tenant_id, id, 'apple', UNHEX(SHA2(?, 256)), 'https://example.org', ?, ?, NOW() FROM users WHERE id = ?`,
    [id, id, id, seal(active, place, JSON.stringify(token)), userId],
  );
  return id;
}

describe("rotating a user's data key", () => {
  it("takes what the platform holds under it along: nothing is lost when old versions are destroyed", async () => {
    const ada = await signUp(app);
    const userId = await idOf(ada);
    const { secret } = await turnOn(app, ada);
    const accountId = await link(userId, "the refresh token");
    const enrolled = await ada.call("POST", "/api/auth/mfa/totp/enroll", { body: {} });
    expect(await versionsOf(userId)).toEqual([
      "totp_credentials.sealed 1",
      "totp_credentials.pending 1",
      "oauth_accounts.refresh_sealed 1",
    ]);
    for (const active of [2, 3]) {
      expect(await rotate(userId)).toMatchObject({
        begun: 1,
        activated: 1,
        finished: 1,
        unopened: [],
      });
      expect(await versionsOf(userId)).toEqual([
        `totp_credentials.sealed ${active}`,
        `totp_credentials.pending ${active}`,
        `oauth_accounts.refresh_sealed ${active}`,
      ]);
    }
    expect([await destroy(userId, 1), await destroy(userId, 2)]).toEqual([true, true]);
    later(30);
    const reply = await answer(
      app,
      await askedFor(app, ada),
      "totp",
      codeAt(secret, app.clock.now),
    );
    expect(reply.status).toBe(200);
    const confirmed = await ada.call("POST", "/api/auth/mfa/totp/confirm", {
      body: { code: codeAt(String(enrolled.body["secret"]), app.clock.now) },
    });
    expect(confirmed.status).toBe(200);
    const keys = await app.deps.keys.openKeys(userId, USE);
    const box = (await listPlatformBoxes(app.deps.platform, userId)).find(
      ({ rowId }) => rowId === accountId,
    );
    const { ownerId } = keys;
    const place = {
      table: "oauth_accounts",
      box: "refresh_sealed",
      ownerId,
      rowId: uuidToBytes(accountId),
      rev: 1,
    };
    expect(open(keys.active, place, box?.sealed ?? Buffer.alloc(0)).toString()).toBe(
      JSON.stringify("the refresh token"),
    );
  });

  it("stays open while a box of the platform does not, so that its key is not destroyed", async () => {
    const ada = await signUp(app);
    const userId = await idOf(ada);
    await turnOn(app, ada);
    const [row] = await app.sql(
      "platform",
      "SELECT sealed FROM totp_credentials WHERE user_id = ?",
      [userId],
    );
    const good = row?.["sealed"] as Buffer;
    const bad = Buffer.from(good);
    bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 1;
    const put = (box: Buffer) =>
      app.sql("platform", "UPDATE totp_credentials SET sealed = ? WHERE user_id = ?", [
        box,
        userId,
      ]);
    await put(bad);
    expect(await rotate(userId)).toMatchObject({
      finished: 0,
      unopened: [{ userId, table: "totp_credentials", id: userId }],
    });
    expect(await destroy(userId, 1)).toBe(false);
    await put(good);
    expect(await rotate(userId)).toMatchObject({ finished: 1, unopened: [] });
    expect(await destroy(userId, 1)).toBe(true);
  });

  it("loses to a change that was made meanwhile, and finds it at its next look", async () => {
    const ada = await signUp(app);
    const userId = await idOf(ada);
    await turnOn(app, ada);
    const [seen] = await listPlatformBoxes(app.deps.platform, userId);
    if (seen === undefined) throw new Error("no box");
    await ada.call("POST", "/api/auth/mfa/totp/enroll", { body: {} });
    expect(await replacePlatformBox(app.deps.platform, seen, seen.sealed)).toBe(false);
    expect((await rotate(userId)).finished).toBe(1);
    expect(await versionsOf(userId)).toEqual([
      "totp_credentials.sealed 2",
      "totp_credentials.pending 2",
    ]);
  });

  it("looks once more at a box that somebody changed while it was sealing, before it is done", async () => {
    const ada = await signUp(app);
    const userId = await idOf(ada);
    await turnOn(app, ada);
    const { platform, keys } = app.deps;
    const before = await keys.openKeys(userId, USE);
    const [box] = await listPlatformBoxes(platform, userId);
    if (box === undefined) throw new Error("no box");
    const { table, rev } = box;
    const place = {
      table,
      box: box.box,
      ownerId: before.ownerId,
      rowId: uuidToBytes(userId),
      rev: Number(rev),
    };
    const json = open(before.active, place, box.sealed).toString("utf8");
    let left = 2;
    // As a server does that still has the former key in memory: at the first look of the rotation, and at the second.
    const change = async () => {
      if (left-- <= 0) return;
      await app.sql("platform", "UPDATE totp_credentials SET sealed = ? WHERE user_id = ?", [
        seal(before.active, place, json),
        userId,
      ]);
    };
    const racing = new Proxy(platform, {
      get: (target, name: keyof typeof platform) => {
        if (name !== "totpCredential") return target[name] as unknown;
        const { totpCredential } = target;
        return {
          findMany: (query: Parameters<typeof totpCredential.findMany>[0]) =>
            totpCredential.findMany(query),
          updateMany: async (query: Parameters<typeof totpCredential.updateMany>[0]) => {
            await change();
            return totpCredential.updateMany(query);
          },
        };
      },
    });
    const done = await resealAll(
      { ...app.deps, platform: racing },
      { who: userId, madeBefore: new Date(8.64e15), graceMs: 0, purpose: "test" },
    );
    expect(done).toMatchObject({ finished: 1, unopened: [] });
    expect(left).toBeLessThanOrEqual(0);
    expect(await versionsOf(userId)).toEqual(["totp_credentials.sealed 2"]);
  });

  it("is put to work again by keys:doctor when a box turns up under a version that was swept", async () => {
    const ada = await signUp(app);
    const userId = await idOf(ada);
    const { secret } = await turnOn(app, ada);
    const [row] = await app.sql(
      "platform",
      "SELECT sealed FROM totp_credentials WHERE user_id = ?",
      [userId],
    );
    await rotate(userId);
    // A server that was cut off from the news wrote it, or somebody put the table back.
    await app.sql("platform", "UPDATE totp_credentials SET sealed = ? WHERE user_id = ?", [
      row?.["sealed"],
      userId,
    ]);
    const { ownerId } = await historyOf(userId);
    const counts = await countAllBoxes(app.deps, ownerId);
    expect(counts.map(({ table, version, rows }) => ({ table, version, rows }))).toEqual([
      { table: "totp_credentials", version: 1, rows: 1 },
    ]);
    const findings: string[] = [];
    await examineKeys(
      {
        ...app.deps,
        meks: await masterKeys(app.deps.config.vault.masterKeys),
      },
      {
        isThorough: false,
        hasRows: true,
        isRepairing: true,
        onFinding: ({ ownerId: owner, what, remedy }) => {
          if (owner === hex(ownerId)) findings.push(`${what}: ${remedy}`);
        },
      },
    );
    expect(findings).toEqual([
      "1 rows of totp_credentials are under version 1, which was swept: repaired",
    ]);
    expect((await rotate(userId)).finished).toBe(1);
    expect(await destroy(userId, 1)).toBe(true);
    later(30);
    const reply = await answer(
      app,
      await askedFor(app, ada),
      "totp",
      codeAt(secret, app.clock.now),
    );
    expect(reply.status).toBe(200);
  });

  it("knows every column of the platform that holds a box", async () => {
    const columns = await app.sql(
      "platform",
      `SELECT CONCAT(table_name, '.', column_name) AS name FROM information_schema.columns
       WHERE table_schema = DATABASE() AND data_type LIKE '%binary%'
         AND (column_name LIKE '%sealed' OR column_name LIKE '%pending') ORDER BY name`,
    );
    // What an event says is under a key of the audit's own.
    expect(
      columns.map((row) => String(row["name"])).filter((name) => name !== "audit_events.sealed"),
    ).toEqual([
      "oauth_accounts.refresh_sealed",
      "totp_credentials.pending",
      "totp_credentials.sealed",
    ]);
    expect(await asSystem(() => app.deps.platform.totpCredential.count())).toBeGreaterThan(0);
  });
});
