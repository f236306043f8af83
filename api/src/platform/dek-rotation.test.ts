import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../test/vault.ts";
import {
  activateDek,
  addPendingDek,
  adoptDek,
  destroyDek,
  findDekHistory,
  markSwept,
  noteDestroyed,
  type DekHistory,
} from "./dek-rotation.ts";
import { eraseAccount } from "./erasures.ts";

let test: TestVault;
let ada: Owner;
let seen: DekHistory;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  ada = await test.newOwner();
  seen = await history();
});

const platform = () => test.deps.platform;
const occasion = () => ({ now: test.clock.now, purpose: "test" });
async function history(): Promise<DekHistory> {
  const found = await findDekHistory(platform(), ada.userId);
  if (found === null) throw new Error("there are no keys");
  return found;
}
const states = async () =>
  (await history()).versions.map(
    ({ version, state, sweptAt }) => `${version} ${state}${sweptAt === null ? "" : " swept"}`,
  );
const makeDek = (version: number) => test.deps.keys.createVersion(seen.ownerId, version);
const add = async (version: number) =>
  addPendingDek(platform(), seen, await makeDek(version), occasion());
const activate = (version: number) => activateDek(platform(), seen, version, occasion());
const sweep = (active: number) => markSwept(platform(), seen, active, occasion());
const wraps = async () =>
  (await test.sql("platform", "SELECT version FROM dek_wraps ORDER BY version")).map(
    (row) => row["version"] as number,
  );
const events = async () =>
  (await test.sql("platform", "SELECT action FROM audit_events WHERE action LIKE 'dek.%'")).length;
const erase = () => {
  const dates = { requestedAt: test.clock.now, unreadableAfter: test.clock.now };
  return eraseAccount(platform(), ada.userId, dates, {
    actor: "user",
    purpose: "test",
    requestId: null,
  });
};

describe("a step of a rotation", () => {
  it("adds one version when two rotations begin at once, and says who did", async () => {
    const added = await Promise.all([add(2), add(2)]);
    expect(added.toSorted()).toEqual([false, true]);
    expect(await states()).toEqual(["1 active", "2 pending"]);
    expect(await wraps()).toEqual([1, 2]);
    // Not above a pending one either.
    expect(await add(3)).toBe(false);
    expect(await wraps()).toEqual([1, 2]);
    expect(await events()).toBe(1);
  });

  it("adds no version at or below one that there is", async () => {
    expect(await add(1)).toBe(false);
    expect(await states()).toEqual(["1 active"]);
  });

  it("does not write over a wrap that `user_deks` does not know", async () => {
    await add(2);
    await test.sql("platform", "DELETE FROM user_deks WHERE version = 2");
    const [before] = await test.sql("platform", "SELECT `blob` FROM dek_wraps WHERE version = 2");
    expect(await add(2)).toBe(false);
    expect(await test.sql("platform", "SELECT `blob` FROM dek_wraps WHERE version = 2")).toEqual([
      before,
    ]);
    expect(await states()).toEqual(["1 active"]);
    expect(await add(3)).toBe(true);
  });

  it("activates a version once, and none that is not pending", async () => {
    expect(await activate(2)).toBe(false);
    await add(2);
    const activated = await Promise.all([activate(2), activate(2)]);
    expect(activated.toSorted()).toEqual([false, true]);
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
    expect(await activate(1)).toBe(false);
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
    expect(await events()).toBe(2);
  });

  it("notes a sweep once, and none for a version that is not the active one any more", async () => {
    await add(2);
    await activate(2);
    expect(await sweep(1)).toBe(false);
    const swept = await Promise.all([sweep(2), sweep(2)]);
    expect(swept.toSorted()).toEqual([false, true]);
    await add(3);
    await activate(3);
    // What was looked through for version 2 says nothing of rows that are under it.
    expect(await sweep(2)).toBe(false);
    expect(await states()).toEqual(["1 decrypt_only swept", "2 decrypt_only", "3 active"]);
  });

  it("destroys a version once, and none that rows may be under", async () => {
    const destroy = (version: number) => destroyDek(platform(), seen, version, occasion());
    await add(2);
    await activate(2);
    expect(await destroy(1)).toBe(false);
    expect(await destroy(2)).toBe(false);
    expect(await wraps()).toEqual([1, 2]);
    await sweep(2);
    expect((await Promise.all([destroy(1), destroy(1)])).toSorted()).toEqual([false, true]);
    expect(await wraps()).toEqual([2]);
    expect(await noteDestroyed(platform(), seen, 1)).toBe(false);
    expect(await noteDestroyed(platform(), seen, 2)).toBe(false);
    expect(await states()).toEqual(["1 destroyed swept", "2 active"]);
  });

  it("adopts a version that is not known or was destroyed, and leaves one that is in use as it is", async () => {
    const adopt = async (version: number) =>
      adoptDek(platform(), seen, await makeDek(version), test.clock.now);
    expect(await adopt(1)).toBe(false);
    expect((await history()).versions).toEqual(seen.versions);
    expect(await adopt(3)).toBe(true);
    expect(await states()).toEqual(["1 decrypt_only", "3 active"]);
    // An older one opens rows, and new ones go on under the newest.
    expect(await adopt(2)).toBe(true);
    expect(await adopt(2)).toBe(false);
    expect(await noteDestroyed(platform(), seen, 2)).toBe(true);
    expect(await adopt(2)).toBe(true);
    expect(await states()).toEqual(["1 decrypt_only", "2 decrypt_only", "3 active"]);
  });

  it("brings nothing back of an owner who was erased after their keys were read", async () => {
    await add(2);
    const third = await makeDek(3);
    await erase();
    expect(await findDekHistory(platform(), ada.userId)).toBeNull();
    expect(await addPendingDek(platform(), seen, third, occasion())).toBe(false);
    expect(await adoptDek(platform(), seen, third, test.clock.now)).toBe(false);
    expect(await activate(2)).toBe(false);
    expect(await sweep(1)).toBe(false);
    expect(await destroyDek(platform(), seen, 1, occasion())).toBe(false);
    expect(await noteDestroyed(platform(), seen, 1)).toBe(false);
    expect(await wraps()).toEqual([]);
    expect(await test.sql("platform", "SELECT 1 FROM user_deks")).toEqual([]);
    // Only the beginning of version 2, from before.
    expect(await events()).toBe(1);
  });

  it("finds no keys of an account that has none", async () => {
    await test.sql("platform", "DELETE FROM user_deks");
    expect(await findDekHistory(platform(), ada.userId)).toBeNull();
  });
});
