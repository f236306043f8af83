import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { signUp } from "../../test/people.ts";
import { localKeyring } from "./mek/local.ts";
import { keyService } from "./key-service.ts";
import type { MekProvider } from "./mek/provider.ts";

let app: TestApp;
let userId: string;
beforeAll(async () => {
  app = await openTestApp();
  const { email } = await signUp(app);
  const [user] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  userId = String(user?.["id"]);
});
afterAll(() => app.close());

const use = { actor: "user", purpose: "test", requestId: "request-1" } as const;

/** A service of its own, with nothing in memory, that counts how often a key is unwrapped. */
function service() {
  const keyring = localKeyring(app.keyringFile);
  let unwraps = 0;
  const counting: MekProvider = {
    ...keyring,
    unwrap: (wrap, context) => {
      unwraps++;
      return keyring.unwrap(wrap, context);
    },
  };
  const options = { cacheSeconds: 60, clock: () => new Date() };
  return { keys: keyService(app.deps.platform, counting, options), unwraps: () => unwraps };
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
      app.sql("platform", "SELECT actor, action, purpose, request_id FROM audit_events");
    await app.sql("platform", "DELETE FROM audit_events");
    const { keys } = service();
    await keys.openKeys(userId, use);
    await keys.openKeys(userId, use);
    const event = { ...use, action: "key.unwrapped", request_id: "request-1" };
    expect(await events()).toMatchObject([
      { actor: "user", action: event.action, purpose: "test", request_id: event.request_id },
    ]);
    keys.forget(userId);
    await keys.openKeys(userId, { actor: "job", purpose: "sweep", requestId: null });
    expect((await events())[1]).toMatchObject({ actor: "job", purpose: "sweep", request_id: null });

    await app.sql("platform", "RENAME TABLE audit_events TO hidden");
    keys.forget(userId);
    await expect(keys.openKeys(userId, use)).rejects.toThrow();
    await app.sql("platform", "RENAME TABLE hidden TO audit_events");
  });

  it("proves that every master key in use is at hand", async () => {
    const { keys, unwraps } = service();
    await keys.prove();
    expect(unwraps()).toBe(1);
    await app.sql("platform", "UPDATE dek_wraps SET mek_ref = 'local:gone'");
    await expect(keys.prove()).rejects.toMatchObject({ name: "MekUnknown", mekRef: "local:gone" });
    await app.sql("platform", "UPDATE dek_wraps SET mek_ref = ?", [
      await localKeyring(app.keyringFile).current(),
    ]);
  });

  it("is not kept from starting by a wrapped key that is nobody's", async () => {
    await app.sql(
      "platform",
      "INSERT INTO dek_wraps (owner_id, version, method, mek_ref, suite, `blob`) VALUES (REPEAT('x', 16), 1, 'mek', 'local:orphan', 1, 'x')",
    );
    await expect(service().keys.prove()).resolves.toBeUndefined();
    await app.sql("platform", "DELETE FROM dek_wraps WHERE mek_ref = 'local:orphan'");
  });
});
