import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { contextOf, dek } from "../../../test/kms/contract.ts";
import { opened, sealed } from "../../../test/kms/fake-service.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { wrapBinding } from "../../crypto/wrap.ts";
import { MekUnavailable, type Trouble } from "./provider.ts";
import { remoteProvider, type KeyStore } from "./remote.ts";

const PATIENCE = { totalMs: 400, attemptMs: 200, pauseMs: 1, restMs: 30, freshMs: 60_000 };
const REFERENCE = "vault:mek";
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A key store without a way to it, of which single calls can be altered. */
let store: { -readonly [K in keyof KeyStore]: KeyStore[K] };
let calls: number;
beforeEach(() => {
  const key = randomBytes(32);
  calls = 0;
  store = {
    keys: new Map([[REFERENCE, "mek"]]),
    suite: 6,
    concurrency: 2,
    encrypt: ({ context }, bytes) => {
      calls++;
      return Promise.resolve(sealed(key, Buffer.from(bytes), wrapBinding(context)));
    },
    decrypt: ({ context }, blob) => {
      calls++;
      const bytes = opened(key, Buffer.from(blob), wrapBinding(context));
      return bytes === null ? Promise.reject(new DecryptionError()) : Promise.resolve(bytes);
    },
  };
});

const open = (patience = PATIENCE) => remoteProvider(store, patience);

describe("a provider of keys elsewhere", () => {
  it("without a key has no current one", async () => {
    store.keys = new Map();
    await expect(open().current()).rejects.toThrow("a provider needs a key");
  });

  it("takes no wrap that is longer than the column", async () => {
    const context = contextOf(REFERENCE);
    const provider = open();
    await provider.wrap(dek, context);
    store.encrypt = () => Promise.resolve(new Uint8Array(1024));
    expect((await provider.wrap(dek, context)).blob).toHaveLength(1024);
    store.encrypt = () => Promise.resolve(new Uint8Array(1025));
    await expect(provider.wrap(dek, context)).rejects.toMatchObject({ trouble: "garbled" });
  });

  it("asks nobody about a wrap that is empty, or not of the key that is named", async () => {
    store.keys = new Map([...store.keys, ["vault:other", "other"]]);
    const provider = open();
    const context = contextOf(REFERENCE);
    const wrap = await provider.wrap(dek, context);
    const before = calls;
    const refused = { name: "DecryptionError" };
    for (const other of [{ mekRef: "vault:other" }, { blob: new Uint8Array() }]) {
      await expect(provider.unwrap({ ...wrap, ...other }, context)).rejects.toMatchObject(refused);
    }
    expect(calls).toBe(before);
  });

  it.each<[Trouble, number]>([
    ["failing", 2],
    ["denied", 1],
  ])("tries again what may pass, once: %s", async (trouble, attempts) => {
    const provider = open();
    const context = contextOf(REFERENCE);
    const wrap = await provider.wrap(dek, context);
    let tried = 0;
    store.decrypt = () => {
      tried++;
      return Promise.reject(new MekUnavailable(REFERENCE, trouble));
    };
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble });
    expect(tried).toBe(attempts);
  });

  it("takes an error that is none of a key service for what it is, and does not rest for it", async () => {
    const provider = open();
    const context = contextOf(REFERENCE);
    const wrap = await provider.wrap(dek, context);
    const { decrypt } = store;
    store.decrypt = () => Promise.reject(new RangeError("a fault"));
    await expect(provider.unwrap(wrap, context)).rejects.toThrow(RangeError);
    store.decrypt = decrypt;
    expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
  });

  it("wipes a key that comes when nobody waits for it any more", async () => {
    const provider = open();
    const context = contextOf(REFERENCE);
    const wrap = await provider.wrap(dek, context);
    const late = Buffer.from(dek);
    const answer = sleep(PATIENCE.totalMs + 100).then(() => late);
    store.decrypt = () => answer;
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "slow" });
    await answer;
    await sleep(10);
    expect(late.equals(Buffer.alloc(32))).toBe(true);
  });

  it("proves itself once, by three calls, and again only when that is long ago", async () => {
    const lasting = open();
    await lasting.health();
    await lasting.health();
    expect(calls).toBe(3);
    const forgetful = open({ ...PATIENCE, freshMs: -1 });
    calls = 0;
    await forgetful.health();
    expect(calls).toBe(6);
    await forgetful.health();
    expect(calls).toBe(9);
  });

  it("is not proven by a store that fails where it should say that a wrap does not open", async () => {
    const { decrypt } = store;
    let decrypted = 0;
    store.decrypt = (call, blob) =>
      ++decrypted === 2
        ? Promise.reject(new MekUnavailable(REFERENCE, "denied"))
        : decrypt(call, blob);
    const provider = open();
    const refused = { trouble: "denied" };
    await expect(provider.wrap(dek, contextOf(REFERENCE))).rejects.toMatchObject(refused);
    expect(decrypted).toBe(2);
    await sleep(PATIENCE.restMs + 20);
    calls = 0;
    await provider.wrap(dek, contextOf(REFERENCE));
    expect(calls).toBe(4);
  });

  it("proves itself again after it could not", async () => {
    const { encrypt } = store;
    store.encrypt = () => Promise.reject(new MekUnavailable(REFERENCE, "denied"));
    const provider = open();
    await expect(provider.health()).rejects.toMatchObject({ trouble: "denied" });
    store.encrypt = encrypt;
    await expect(provider.health()).rejects.toMatchObject({ trouble: "denied" });
    await sleep(PATIENCE.restMs + 20);
    await expect(provider.health()).resolves.toBeUndefined();
  });
});
