import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestVault, type TestVault } from "../../test/vault.ts";
import { dekIdOf } from "../crypto/data-key.ts";
import type { AppError } from "../contract/errors.ts";
import { localKeyring } from "./mek/local.ts";
import { keyService } from "./key-service.ts";
import { MekUnavailable, type MekProvider } from "./mek/provider.ts";

let test: TestVault;
let userId: string;
beforeAll(async () => {
  test = await openTestVault();
  ({ userId } = await test.newOwner());
});
afterAll(() => test.close());

const platform = (sql: string, ...values: unknown[]) => test.sql("platform", sql, ...values);

const use = { actor: "user", purpose: "test", requestId: "request-1" } as const;

/** A service of its own, with nothing in memory, that counts how often a key is unwrapped, and keeps what was given out. */
function service(meks: Partial<MekProvider> = {}, cacheSeconds = 60) {
  const keyring = localKeyring(test.keyringFile);
  const unwrapped: Uint8Array[] = [];
  const wrapped: Uint8Array[] = [];
  const counting: MekProvider = {
    ...keyring,
    wrap: (dek, context) => {
      wrapped.push(dek);
      return keyring.wrap(dek, context);
    },
    unwrap: async (wrap, context) => {
      const dek = await keyring.unwrap(wrap, context);
      unwrapped.push(dek);
      return dek;
    },
    ...meks,
  };
  const options = { cacheSeconds, clock: () => test.clock.now };
  const keys = keyService(test.deps.platform, counting, options);
  return { keys, unwrapped, wrapped, unwraps: () => unwrapped.length };
}

describe("the key service", () => {
  it("unwraps a key once for all who ask at once, and keeps it for the next", async () => {
    const { keys, unwraps } = service();
    const opened = await Promise.all(Array.from({ length: 20 }, () => keys.openKeys(userId, use)));
    expect(new Set(opened).size).toBe(1);
    await keys.openKeys(userId, use);
    expect(unwraps()).toBe(1);
  });

  it("gives no key for a version that its owner does not have", async () => {
    const opened = await service().keys.openKeys(userId, use);
    const { version } = opened.active;
    expect(opened.ofVersion(version)).toBe(opened.active);
    expect(() => opened.ofVersion(version + 1)).toThrow("decryption failed");
  });

  it("gives nothing for somebody who has no key, and does not remember that", async () => {
    const { keys } = service();
    await expect(keys.openKeys("nobody", use)).rejects.toThrow("decryption failed");
    await expect(keys.openKeys("nobody", use)).rejects.toThrow("decryption failed");
  });

  it("writes each unwrapping into the owner's audit before it gives the keys out", async () => {
    const events = () =>
      platform("SELECT actor, action, purpose, request_id, user_id, tenant_id FROM audit_events");
    await platform("DELETE FROM audit_events");
    const { keys } = service();
    await keys.openKeys(userId, use);
    await keys.openKeys(userId, use);
    const event = { ...use, action: "key.unwrapped", request_id: "request-1" };
    expect(await events()).toMatchObject([
      { actor: "user", action: event.action, purpose: "test", request_id: event.request_id },
    ]);
    const [user] = await platform("SELECT id, tenant_id FROM users WHERE id = ?", userId);
    expect((await events())[0]).toMatchObject({
      user_id: userId,
      tenant_id: String(user?.["tenant_id"]),
    });
    keys.forget(userId);
    await keys.openKeys(userId, { actor: "job", purpose: "sweep", requestId: null });
    expect((await events())[1]).toMatchObject({ actor: "job", purpose: "sweep", request_id: null });

    await platform("RENAME TABLE audit_events TO hidden");
    keys.forget(userId);
    await expect(keys.openKeys(userId, use)).rejects.toThrow();
    await platform("RENAME TABLE hidden TO audit_events");
  });

  it("proves that every master key in use is at hand", async () => {
    const { keys, unwraps } = service();
    await keys.prove();
    expect(unwraps()).toBe(1);
    await platform("UPDATE dek_wraps SET mek_ref = 'local:gone'");
    await expect(keys.prove()).rejects.toMatchObject({ name: "MekUnknown", mekRef: "local:gone" });
    await platform(
      "UPDATE dek_wraps SET mek_ref = ?",
      await localKeyring(test.keyringFile).current(),
    );
  });

  it("proves each spelling of a master key's reference by itself", async () => {
    const owners = [(await service().keys.openKeys(userId, use)).ownerId];
    owners.push((await test.newOwner()).vault.keys.ownerId);
    const [, last = new Uint8Array()] = owners.toSorted((a, b) => Buffer.compare(a, b));
    const current = await localKeyring(test.keyringFile).current();
    const spell = (ref: string) =>
      platform("UPDATE dek_wraps SET mek_ref = ? WHERE owner_id = ?", ref, Buffer.from(last));
    for (const mekRef of [current.toUpperCase(), `${current} `]) {
      await spell(mekRef);
      await expect(service().keys.prove()).rejects.toMatchObject({ name: "MekUnknown", mekRef });
    }
    await spell(current);
    const { keys, unwraps } = service();
    await keys.prove();
    expect(unwraps()).toBe(1);
  });

  it("is not kept from starting by a wrapped key that is nobody's", async () => {
    await platform(
      "INSERT INTO dek_wraps (owner_id, version, method, mek_ref, suite, `blob`) VALUES (REPEAT('x', 16), 1, 'mek', 'local:orphan', 1, 'x')",
    );
    await expect(service().keys.prove()).resolves.toBeUndefined();
    await platform("DELETE FROM dek_wraps WHERE mek_ref = 'local:orphan'");
  });

  it("wipes the bytes of a data key once it is a key object or wrapped", async () => {
    const { keys, unwrapped, wrapped } = service();
    const opened = await keys.openKeys(userId, use);
    expect(unwrapped.map((dek) => Buffer.from(dek))).toEqual([Buffer.alloc(32)]);
    expect(opened.active.version).toBe(1);
    const made = await keys.createVersion(opened.ownerId, 2);
    expect(made).toMatchObject({ version: 2, method: "mek", suite: 1 });
    expect(wrapped.map((dek) => Buffer.from(dek))).toEqual([Buffer.alloc(32)]);
    await keys.prove();
    expect(unwrapped.map((dek) => Buffer.from(dek))).toEqual([Buffer.alloc(32), Buffer.alloc(32)]);
  });

  it("makes keys that nobody has seen before, each wrapped for its owner and version and no other", async () => {
    const { keys } = service();
    const [one, other] = [await keys.createDek(), await keys.createDek()];
    expect([one.ownerId.length, one.dek.version, one.dek.dekId.length]).toEqual([16, 1, 16]);
    expect(one.ownerId).not.toEqual(other.ownerId);
    expect(one.dek.dekId).not.toEqual(other.dek.dekId);
    const { meks } = test.deps;
    const context = { ownerId: one.ownerId, ...one.dek };
    const bytes = await meks.unwrap(one.dek, context);
    expect(bytes).toHaveLength(32);
    expect(new Uint8Array(dekIdOf(bytes))).toEqual(one.dek.dekId);
    for (const wrong of [
      { ...context, ownerId: other.ownerId },
      { ...context, version: 2 },
      { ...context, dekId: other.dek.dekId },
    ]) {
      await expect(meks.unwrap(one.dek, wrong)).rejects.toThrow("decryption failed");
    }
  });

  it("says when to come again while the master key cannot be used, and nothing of why", async () => {
    const away = () => Promise.reject(new MekUnavailable("local:x", "unreachable"));
    const { keys } = service({ wrap: away, unwrap: away });
    const unavailable = {
      code: "vault_unavailable",
      particulars: { retryAfterSeconds: 2 },
    } satisfies { code: AppError["code"]; particulars: object };
    await expect(keys.openKeys(userId, use)).rejects.toMatchObject(unavailable);
    await expect(keys.createDek()).rejects.toMatchObject(unavailable);
    await expect(keys.prove()).rejects.toMatchObject(unavailable);
    const broken = service({ unwrap: () => Promise.reject(new RangeError("a fault")) });
    await expect(broken.keys.openKeys(userId, use)).rejects.toThrow(RangeError);
  });

  it("is as healthy as its provider", async () => {
    await expect(service().keys.health()).resolves.toBeUndefined();
    const { keys } = service({ health: () => Promise.reject(new RangeError("ill")) });
    await expect(keys.health()).rejects.toThrow("ill");
  });

  it("forgets keys when they are forgotten, or their time is up, and gives those who wait what they asked for", async () => {
    const { keys, unwraps } = service();
    const first = keys.openKeys(userId, use);
    keys.forget(userId);
    expect((await first).active.version).toBe(1);
    await keys.openKeys(userId, use);
    expect(unwraps()).toBe(2);
    keys.forget("somebody else");
    await keys.openKeys(userId, use);
    expect(unwraps()).toBe(2);

    const brief = service({}, 0.05);
    await brief.keys.openKeys(userId, use);
    await new Promise((done) => setTimeout(done, 100));
    await brief.keys.openKeys(userId, use);
    expect(brief.unwraps()).toBe(2);
  });

  it("has every version that rows may be under, the active one first", async () => {
    const owner = await test.newOwner();
    const other = owner.userId;
    await test.renewKey(owner);
    const { keys } = service();
    const opened = await keys.openKeys(other, use);
    expect(opened.active.version).toBe(2);
    expect(opened.searched.map((key) => key.version)).toEqual([2, 1]);
    expect(opened.wrapped.map((wrap) => wrap.version).toSorted()).toEqual([1, 2]);
    expect([1, 2].map((version) => opened.ofVersion(version).version)).toEqual([1, 2]);
    await platform(
      "UPDATE user_deks SET swept_at = created_at WHERE user_id = ? AND version = 1",
      other,
    );
    keys.forget(other);
    const swept = await keys.openKeys(other, use);
    expect(swept.searched.map((key) => key.version)).toEqual([2]);
    // Nothing is looked for under it any more, and what is left under it still opens.
    expect(swept.ofVersion(1).version).toBe(1);
  });
});
