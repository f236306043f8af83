import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { contextOf, dek, itKeepsItsPromises, wrapOf } from "../../../test/kms/contract.ts";
import { softHsm, softHsmIsMissing } from "../../../test/kms/soft-hsm.ts";
import { createPkcs11Key, pkcs11 } from "./pkcs11.ts";
import type { MekProvider } from "./provider.ts";
import { masterKeys } from "./providers.ts";

const PATIENCE = { totalMs: 4000, attemptMs: 2000, pauseMs: 20, restMs: 100, freshMs: 60_000 };
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

const missing = softHsmIsMissing();
const describeIfThere = missing === null ? describe : describe.skip;

describeIfThere(`a PKCS#11 token${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let hsm: ReturnType<typeof softHsm>;
  let provider: MekProvider;
  beforeAll(async () => {
    hsm = softHsm();
    await createPkcs11Key(hsm.address, "mek-1");
    provider = await pkcs11({ ...hsm.address, keys: ["mek-1"] }, PATIENCE);
  });
  afterAll(() => hsm.discard());

  itKeepsItsPromises(2, () => provider);

  it("makes wraps of nonce, ciphertext and tag", async () => {
    const { wrap } = await wrapOf(provider);
    expect(wrap.blob).toHaveLength(60);
    expect(wrap.mekRef).toBe("pkcs11:mek-1");
  });

  it("does not unwrap once any bit is flipped, and says so rather than that it is away", async () => {
    const { context, wrap } = await wrapOf(provider);
    for (let bit = 0; bit < wrap.blob.length * 8; bit += 7) {
      const blob = new Uint8Array(wrap.blob);
      blob[bit >> 3] = (blob[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(provider.unwrap({ ...wrap, blob }, context)).rejects.toMatchObject({
        name: "DecryptionError",
      });
    }
    await expect(provider.health()).resolves.toBeUndefined();
  });

  it("serves many callers with its two sessions", async () => {
    const { context, wrap } = await wrapOf(provider);
    const all = Array.from({ length: 200 }, () => provider.unwrap(wrap, context));
    for (const each of await Promise.all(all)) expect(Buffer.from(each)).toEqual(dek);
  });

  it("lets other things happen while it works", async () => {
    const { context, wrap } = await wrapOf(provider);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    for (let time = 0; time < 50; time++) await provider.unwrap(wrap, context);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it("that is taken out is unavailable, and works again once it is back", async () => {
    const { context, wrap } = await wrapOf(provider);
    hsm.takeOut();
    const away = { name: "MekUnavailable", trouble: "unreachable" };
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject(away);
    await expect(provider.health()).rejects.toMatchObject(away);
    hsm.putBack();
    await sleep(PATIENCE.restMs + 20);
    expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
    await expect(provider.health()).resolves.toBeUndefined();
  });

  it("opens with an older key what that one wrapped, and wraps with the newer", async () => {
    const { context, wrap } = await wrapOf(provider);
    await createPkcs11Key(hsm.address, "mek-2");
    const both = await pkcs11({ ...hsm.address, keys: ["mek-2", "mek-1"] }, PATIENCE);
    expect(await both.current()).toBe("pkcs11:mek-2");
    expect(Buffer.from(await both.unwrap(wrap, context))).toEqual(dek);
    await expect(both.health()).resolves.toBeUndefined();
  });

  it("is found among the configured master keys by its references", async () => {
    const settings = { local: undefined, awskms: undefined, gcpkms: undefined, vault: undefined };
    const token = { ...hsm.address, keys: ["mek-1"] };
    const keys = await masterKeys({ ...settings, provider: "pkcs11", pkcs11: token });
    expect(keys.names).toEqual(["pkcs11"]);
    const { context, wrap } = await wrapOf(keys.of("pkcs11"));
    expect(context.mekRef).toBe("pkcs11:mek-1");
    expect(Buffer.from(await keys.unwrap(wrap, context))).toEqual(dek);
    await expect(keys.health()).resolves.toBeUndefined();
  });

  it("is not given a second key of one label", async () => {
    await expect(createPkcs11Key(hsm.address, "mek-1")).rejects.toThrow(/has a key mek-1 already/);
  });

  it("without the key says so", async () => {
    const other = await pkcs11({ ...hsm.address, keys: ["mek-none"] }, PATIENCE);
    const context = contextOf("pkcs11:mek-none");
    await expect(other.wrap(dek, context)).rejects.toMatchObject({ trouble: "no_key" });
  });

  it.each<[string, number[]]>([
    ["a key of 128 bits", [16]],
    ["one of two keys of the same label", [32, 32]],
  ])("is not used with %s", async (label, lengths) => {
    const key = label.replaceAll(" ", "-");
    for (const [n, bytes] of lengths.entries()) hsm.importKey(key, bytes, `A${n}`);
    const other = await pkcs11({ ...hsm.address, keys: [key] }, PATIENCE);
    const context = contextOf(`pkcs11:${key}`);
    await expect(other.wrap(dek, context)).rejects.toMatchObject({ trouble: "unfit" });
  });

  it("is told a wrong PIN once, so that it does not lock itself", async () => {
    const { context, wrap } = await wrapOf(provider);
    const wrong = await pkcs11({ ...hsm.address, pin: "9999", keys: ["mek-1"] }, PATIENCE);
    // Whoever is signed in is so for the whole process: the token has to go, and all sessions with it.
    hsm.takeOut();
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ name: "MekUnavailable" });
    hsm.putBack();
    for (let time = 0; time < 15; time++) {
      await expect(wrong.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "denied" });
      await sleep(PATIENCE.restMs + 20);
    }
    expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
  });

  it("is known by its label, and missed when there is none of it", async () => {
    const other = await pkcs11({ ...hsm.address, token: "another", keys: ["mek-1"] }, PATIENCE);
    const context = contextOf("pkcs11:mek-1");
    await expect(other.wrap(dek, context)).rejects.toMatchObject({ trouble: "unreachable" });
  });
});

describeIfThere("a PKCS#11 module", () => {
  it("that is no module is named", async () => {
    const settings = { module: "/etc/hostname", token: "timos", pin: "hunter2", keys: ["mek-1"] };
    const failure: unknown = await pkcs11(settings).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "MekSetupError" });
    expect(String(failure)).toContain("PKCS11_MODULE=/etc/hostname");
    expect(String(failure)).not.toContain("hunter2");
  });
});
