import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { signUp } from "../../test/people.ts";
import { localKeyring } from "./local-keyring.ts";
import { keyService } from "./key-service.ts";
import type { MekProvider } from "./mek.ts";

let app: TestApp;
let userId: string;
beforeAll(async () => {
  app = await openTestApp();
  const { email } = await signUp(app);
  const [user] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [email]);
  userId = String(user?.["id"]);
});
afterAll(() => app.close());

/** A service of its own, with nothing in memory, that counts how often a key is unwrapped. */
function service() {
  const keyring = localKeyring(app.deps.config.vault.keyringFile);
  let unwraps = 0;
  const counting: MekProvider = {
    ...keyring,
    unwrap: (wrap, context) => {
      unwraps++;
      return keyring.unwrap(wrap, context);
    },
  };
  return { keys: keyService(app.deps.platform, counting), unwraps: () => unwraps };
}

describe("the key service", () => {
  it("unwraps a key once for all who ask at once, and keeps it for the next", async () => {
    const { keys, unwraps } = service();
    const opened = await Promise.all(Array.from({ length: 20 }, () => keys.openKeys(userId)));
    expect(new Set(opened).size).toBe(1);
    await keys.openKeys(userId);
    expect(unwraps()).toBe(1);
  });

  it("gives no key for a version that its owner does not have", async () => {
    const opened = await service().keys.openKeys(userId);
    const { version } = opened.active;
    expect(opened.ofVersion(version)).toBe(opened.active);
    expect(() => opened.ofVersion(version + 1)).toThrow("decryption failed");
  });

  it("gives nothing for somebody who has no key, and does not remember that", async () => {
    const { keys } = service();
    await expect(keys.openKeys("nobody")).rejects.toThrow("decryption failed");
    await expect(keys.openKeys("nobody")).rejects.toThrow("decryption failed");
  });

  it("proves that every master key in use is at hand", async () => {
    const { keys, unwraps } = service();
    await keys.prove();
    expect(unwraps()).toBe(1);
    await app.sql("platform", "UPDATE dek_wraps SET mek_ref = 'local:gone'");
    await expect(keys.prove()).rejects.toMatchObject({ name: "MekUnknown", mekRef: "local:gone" });
    await app.sql("platform", "UPDATE dek_wraps SET mek_ref = ?", [
      await localKeyring(app.deps.config.vault.keyringFile).current(),
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
