import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { signUp } from "../../test/people.ts";
import { entryKind } from "../features/entries/entries.ts";
import type { Execute } from "../lib/database.ts";
import { listByDay, listDay } from "./day-list.ts";
import { putRecord, trashRecord } from "./records.ts";
import { openVault, type UserVault } from "./user-vault.ts";

const DAY = "2026-11-21";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

async function newVault(): Promise<UserVault> {
  const { email } = await signUp(app);
  const [user] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  const use = { actor: "user", purpose: "test", requestId: null } as const;
  return openVault(app.deps, String(user?.["id"]), use);
}

async function write(vault: UserVault, id: string, text: string): Promise<void> {
  const fields = entryKind.fields.parse({ day: DAY, title: `title ${text}`, body: `body ${text}` });
  await putRecord(vault, entryKind, id, { fields, guard: undefined, now: new Date() });
}

/** The vault as a list sees it that is overtaken: `meanwhile` happens between its reading of heads and of whole rows. */
function overtaken(vault: UserVault, meanwhile: () => Promise<void>): UserVault {
  const execute: Execute = async (sql, values) => {
    if (sql.includes("id IN")) await meanwhile();
    return vault.database.execute(sql, values);
  };
  return { ...vault, database: { ...vault.database, execute } };
}

const LISTS = [
  ["a list", async (vault: UserVault) => (await listByDay(vault, entryKind, { limit: 50 })).items],
  ["a day", async (vault: UserVault) => (await listDay(vault, entryKind, DAY)).records],
] as const;

describe.each(LISTS)("%s", (_, list) => {
  it("opens each box once", async () => {
    const vault = await newVault();
    for (const text of ["one", "two", "three"]) await write(vault, randomUUID(), text);
    let opened = 0;
    const ofVersion = (version: number) => {
      opened++;
      return vault.keys.ofVersion(version);
    };
    expect(await list({ ...vault, keys: { ...vault.keys, ofVersion } })).toHaveLength(3);
    // Two boxes each; a list without a range also opens the owner's head.
    expect(opened).toBeGreaterThanOrEqual(3 * 2);
    expect(opened).toBeLessThanOrEqual(3 * 2 + 1);
  });

  it("shows a record that is changed meanwhile as it is then, all of it", async () => {
    const vault = await newVault();
    const [changed, other] = [randomUUID(), randomUUID()];
    await write(vault, other, "of another");
    await write(vault, changed, "before");
    const items = await list(overtaken(vault, () => write(vault, changed, "after")));
    expect(items).toHaveLength(2);
    expect(items.find(({ id }) => id === changed)).toMatchObject({
      title: "title after",
      body: "body after",
      rev: 3,
    });
    expect(items.find(({ id }) => id === other)).toMatchObject({
      title: "title of another",
      body: "body of another",
      rev: 1,
    });
  });

  it("leaves a record out that is thrown away meanwhile", async () => {
    const vault = await newVault();
    const [gone, other] = [randomUUID(), randomUUID()];
    for (const id of [gone, other]) await write(vault, id, id);
    const items = await list(
      overtaken(vault, () =>
        trashRecord(vault, entryKind, gone, { guard: undefined, now: new Date() }),
      ),
    );
    expect(items.map(({ id }) => id)).toEqual([other]);
  });
});
