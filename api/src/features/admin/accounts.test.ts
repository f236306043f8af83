import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../../test/vault.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { getTenant } from "../tenants/tenant.ts";
import { getUser, listTenants, listUsers } from "./accounts.ts";

let test: TestVault;
const owners: Owner[] = [];
beforeAll(async () => {
  test = await openTestVault();
  for (let n = 0; n < 5; n++) owners.push(await test.newOwner());
});
afterAll(() => test.close());

const platform = () => test.deps.platform;

/** The ids on all pages, after seeing that each is as long as asked for. */
async function idsOf(
  list: (cursor: string | undefined) => Promise<{
    items: readonly { readonly id: string }[];
    nextCursor: string | null;
  }>,
): Promise<string[]> {
  const ids: string[] = [];
  const lengths: number[] = [];
  for (let cursor: string | undefined; ;) {
    const { items, nextCursor } = await list(cursor);
    ids.push(...items.map(({ id }) => id));
    lengths.push(items.length);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  expect(lengths).toEqual([2, 2, 1]);
  return ids;
}

describe("accounts and tenants in pages", () => {
  it("are all listed, each once", async () => {
    const users = await idsOf((cursor) => listUsers(platform(), { limit: 2, cursor }));
    expect(users).toEqual(owners.map(({ userId }) => userId).toSorted());
    const tenants = await idsOf((cursor) => listTenants(platform(), { limit: 2, cursor }));
    const rows = await test.sql("platform", "SELECT id FROM tenants ORDER BY id");
    expect(tenants).toEqual(rows.map((row) => row["id"] as string));
  });

  it("end where the last page is full", async () => {
    expect((await listUsers(platform(), { limit: 5 })).nextCursor).toBeNull();
    const [first] = owners;
    const q = ` ${first?.userId ?? ""} `;
    expect(await listUsers(platform(), { limit: 5, q })).toMatchObject({
      items: [{ id: first?.userId, hasSecondFactor: false, isEmailVerified: false }],
      nextCursor: null,
    });
  });

  it("are not found where there is none", async () => {
    await expect(getUser(platform(), randomUUID())).rejects.toMatchObject({ code: "not_found" });
    const caller = { tenantId: randomUUID(), role: "owner" } as const;
    await expect(asSystem(() => getTenant(platform(), caller))).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
