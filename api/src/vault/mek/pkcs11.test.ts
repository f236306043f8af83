import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { env } from "node:process";
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type * as Pkcs11js from "pkcs11js";
import { contextOf, dek, itKeepsItsPromises, wrapOf } from "../../../test/kms/contract.ts";
import { softHsm, softHsmIsMissing } from "../../../test/kms/soft-hsm.ts";
import { createPkcs11Key, pkcs11 } from "./pkcs11.ts";
import type { MekProvider, Trouble } from "./provider.ts";
import { masterKeys } from "./providers.ts";

const PATIENCE = { totalMs: 4000, attemptMs: 2000, pauseMs: 20, restMs: 100, freshMs: 60_000 };
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

const missing = softHsmIsMissing();
const describeIfThere = missing === null ? describe : describe.skip;

describeIfThere(`a PKCS#11 token${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let hsm: ReturnType<typeof softHsm>;
  let provider: MekProvider;
  beforeAll(async () => {
    hsm = softHsm("timos token");
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

  it("is made by npm run keys:init -- --pkcs11, which says what is missing", async () => {
    const { module, token, pin } = hsm.address;
    const { PATH = "", SOFTHSM2_CONF = "" } = env;
    const init = (more: object) =>
      spawnSync(process.execPath, ["--import", "tsx", "scripts/keys.ts", "init", "--pkcs11"], {
        cwd: join(import.meta.dirname, "../../../.."),
        env: { PATH, SOFTHSM2_CONF, PKCS11_MODULE: module, PKCS11_TOKEN: token, ...more },
        encoding: "utf8",
      });
    expect(init({ PKCS11_KEY: "by-command" })).toMatchObject({
      status: 1,
      stderr: "PKCS11_PIN is not set.\n",
    });
    const made = init({ PKCS11_KEY: "by-command", PKCS11_PIN: pin });
    expect(made).toMatchObject({ status: 0, stdout: expect.stringContaining("Made by-command") });
    expect(made.stdout + made.stderr).not.toContain(pin);
    const another = await pkcs11({ ...hsm.address, keys: ["by-command"] }, PATIENCE);
    const { context, wrap } = await wrapOf(another);
    expect(Buffer.from(await another.unwrap(wrap, context))).toEqual(dek);
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
  const library = (missing === null ? createRequire(import.meta.url)("pkcs11js") : {}) as {
    -readonly [K in keyof typeof Pkcs11js]: (typeof Pkcs11js)[K];
  };
  const { PKCS11 } = library;
  type Module = Pkcs11js.PKCS11;

  let hsm: ReturnType<typeof softHsm>;
  /** What a test makes of each module that is opened: SoftHSM's, of which single calls do as others' do. */
  let alter: (module: Module) => void;
  let modules: Module[];
  beforeAll(async () => {
    hsm = softHsm();
    await createPkcs11Key(hsm.address, "mek");
    library.PKCS11 = class extends PKCS11 {
      constructor() {
        super();
        modules.push(this);
        alter(this);
      }
    };
  });
  beforeEach(() => {
    alter = () => undefined;
    modules = [];
  });
  afterAll(() => {
    library.PKCS11 = PKCS11;
    hsm.discard();
  });

  const openKey = async (key = "mek") => {
    const provider = await pkcs11({ ...hsm.address, keys: [key] }, PATIENCE);
    const module = modules.at(-1);
    if (module === undefined) throw new Error("no module was opened");
    return { provider, module };
  };
  const failing = (name: string) => () => {
    throw new Error(name);
  };
  /** Has the token decrypt anything but this wrap. */
  const refuse = (module: Module, blob: Uint8Array, name: string) => {
    const decrypt = module.C_DecryptAsync.bind(module);
    module.C_DecryptAsync = async (session, data, out) => {
      const opened = await decrypt(session, data, out);
      if (data.equals(blob.subarray(12))) throw new Error(name);
      return opened;
    };
  };

  it.each([
    "CKR_ENCRYPTED_DATA_INVALID",
    "CKR_ENCRYPTED_DATA_LEN_RANGE",
    "CKR_AEAD_DECRYPT_FAILED",
  ])("that says of a wrap that it does not open is believed: %s", async (name) => {
    const { provider, module } = await openKey();
    const { context, wrap } = await wrapOf(provider);
    module.C_DecryptAsync = () => Promise.reject(new Error(name));
    const refused = { name: "DecryptionError" };
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject(refused);
  });

  it.each(["CKR_GENERAL_ERROR", "CKR_FUNCTION_FAILED", "CKR_DATA_INVALID"])(
    "that only says %s is believed where the key opens something else",
    async (name) => {
      const { provider, module } = await openKey();
      const { context, wrap } = await wrapOf(provider);
      refuse(module, wrap.blob, name);
      const refused = { name: "DecryptionError" };
      await expect(provider.unwrap(wrap, context)).rejects.toMatchObject(refused);
      module.C_DecryptAsync = () => Promise.reject(new Error(name));
      await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "failing" });
    },
  );

  it("whose key gives other bytes than it was given is not believed of a wrap", async () => {
    const { provider, module } = await openKey();
    const { context, wrap } = await wrapOf(provider);
    refuse(module, wrap.blob, "CKR_GENERAL_ERROR");
    const decrypt = module.C_DecryptAsync.bind(module);
    module.C_DecryptAsync = async (...call) => Buffer.from(await decrypt(...call)).fill(0);
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "failing" });
  });

  it("that fails is not asked whether the key opens something else", async () => {
    const { provider, module } = await openKey();
    const { context, wrap } = await wrapOf(provider);
    refuse(module, wrap.blob, "CKR_DEVICE_ERROR");
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "failing" });
  });

  it.each<[Trouble, string, "C_OpenSession" | "C_Login"]>([
    ["denied", "CKR_PIN_INCORRECT", "C_Login"],
    ["denied", "CKR_PIN_INVALID", "C_Login"],
    ["denied", "CKR_PIN_LOCKED", "C_Login"],
    ["denied", "CKR_PIN_EXPIRED", "C_Login"],
    ["unreachable", "CKR_DEVICE_REMOVED", "C_OpenSession"],
    ["unreachable", "CKR_SLOT_ID_INVALID", "C_OpenSession"],
    ["throttled", "CKR_SESSION_COUNT", "C_OpenSession"],
    ["failing", "CKR_DEVICE_ERROR", "C_Login"],
  ])("is %s where it says %s, for as long as it does", async (trouble, name, call) => {
    const { provider, module } = await openKey();
    const asked = jest.spyOn(module, call).mockImplementation(failing(name));
    const context = contextOf(await provider.current());
    for (let time = 0; time < 2; time++) {
      await expect(provider.wrap(dek, context)).rejects.toMatchObject({ trouble });
      await sleep(PATIENCE.restMs + 20);
    }
    // A token locks itself after a few wrong PINs.
    expect(asked).toHaveBeenCalledTimes(trouble === "denied" ? 1 : 4);
    asked.mockRestore();
    if (trouble === "denied") {
      await expect(provider.wrap(dek, context)).rejects.toMatchObject({ trouble });
    } else expect((await provider.wrap(dek, context)).blob).toHaveLength(60);
  });

  it("has two sessions, which go on after a wrap that does not open, and end with trouble", async () => {
    const { provider, module } = await openKey();
    const opened = jest.spyOn(module, "C_OpenSession");
    const closed = jest.spyOn(module, "C_CloseSession");
    const { context, wrap } = await wrapOf(provider);
    await Promise.all(Array.from({ length: 20 }, () => provider.unwrap(wrap, context)));
    const other = { ...context, ownerId: Buffer.alloc(16) };
    for (let time = 0; time < 4; time++) {
      const refused = { name: "DecryptionError" };
      await expect(provider.unwrap(wrap, other)).rejects.toMatchObject(refused);
    }
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([2, 0]);
    refuse(module, wrap.blob, "CKR_DEVICE_ERROR");
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "failing" });
    // Both of them, and the one of the second attempt.
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([3, 3]);
  });

  it("that refuses to sign in keeps no session", async () => {
    const { provider, module } = await openKey();
    const opened = jest.spyOn(module, "C_OpenSession");
    const closed = jest.spyOn(module, "C_CloseSession");
    jest.spyOn(module, "C_Login").mockImplementation(failing("CKR_DEVICE_ERROR"));
    const context = contextOf(await provider.current());
    await expect(provider.wrap(dek, context)).rejects.toMatchObject({ trouble: "failing" });
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([2, 2]);
  });

  it("may fail once, from the very first call on", async () => {
    const { provider, module } = await openKey();
    jest.spyOn(module, "C_OpenSession").mockImplementationOnce(failing("CKR_DEVICE_ERROR"));
    await expect(wrapOf(provider)).resolves.toMatchObject({ wrap: { suite: 2 } });
  });

  it("is not started anew under the hands of who is at work in it", async () => {
    const { provider, module } = await openKey();
    const { context, wrap } = await wrapOf(provider);
    const finalized = jest.spyOn(module, "C_Finalize").mockImplementation(() => undefined);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((done) => (release = done));
    const decrypt = module.C_DecryptAsync.bind(module);
    module.C_DecryptAsync = async (...call) => {
      await gate;
      return decrypt(...call);
    };
    const slow = provider.unwrap(wrap, context);
    await sleep(20);
    const slots = jest.spyOn(module, "C_GetSlotList").mockReturnValue([]);
    const away = { trouble: "unreachable" };
    await expect(provider.wrap(dek, context)).rejects.toMatchObject(away);
    expect(finalized).not.toHaveBeenCalled();
    release();
    expect(Buffer.from(await slow)).toEqual(dek);
    slots.mockRestore();
    finalized.mockRestore();
  });

  it("is told how long nonce and tag are, and to lock by itself", async () => {
    let started: unknown;
    alter = (made) => {
      const start = made.C_Initialize.bind(made);
      made.C_Initialize = (options) => {
        started = options;
        start(options);
      };
    };
    const { provider, module } = await openKey();
    expect(started).toEqual({ flags: library.CKF_OS_LOCKING_OK });
    const begun = jest.spyOn(module, "C_EncryptInit");
    await wrapOf(provider);
    expect(begun.mock.calls[0]?.[1]).toMatchObject({
      mechanism: library.CKM_AES_GCM,
      parameter: { ivBits: 96, tagBits: 128 },
    });
  });

  it("that does not start is named, with what it says", async () => {
    alter = (module) =>
      void jest.spyOn(module, "C_Initialize").mockImplementation(failing("CKR_HOST_MEMORY"));
    await expect(openKey()).rejects.toMatchObject({
      name: "MekSetupError",
      message: `The module PKCS11_MODULE=${hsm.address.module} cannot be used: CKR_HOST_MEMORY.`,
    });
  });

  it("makes keys that never leave it and do nothing else, and holds no session for it", async () => {
    const counts = { opened: 0, closed: 0 };
    alter = (made) => {
      const open = made.C_OpenSession.bind(made);
      const close = made.C_CloseSession.bind(made);
      made.C_OpenSession = (...call) => {
        counts.opened++;
        return open(...call);
      };
      made.C_CloseSession = (...call) => {
        counts.closed++;
        close(...call);
      };
    };
    await createPkcs11Key(hsm.address, "made");
    expect(counts).toEqual({ opened: 1, closed: 1 });
    alter = () => undefined;
    const { provider, module } = await openKey();
    await wrapOf(provider);
    const [slot = Buffer.alloc(0)] = module.C_GetSlotList(true);
    const session = module.C_OpenSession(slot, library.CKF_SERIAL_SESSION);
    module.C_FindObjectsInit(session, [{ type: library.CKA_LABEL, value: "made" }]);
    const [key = Buffer.alloc(0)] = module.C_FindObjects(session, 1);
    module.C_FindObjectsFinal(session);
    const names = [
      "CKA_TOKEN",
      "CKA_PRIVATE",
      "CKA_SENSITIVE",
      "CKA_EXTRACTABLE",
      "CKA_ENCRYPT",
      "CKA_DECRYPT",
      "CKA_WRAP",
      "CKA_UNWRAP",
    ] as const;
    const read = module.C_GetAttributeValue(
      session,
      key,
      names.map((name) => ({ type: library[name] })),
    );
    const values = read.map(({ value }) => value[0]);
    expect(values).toEqual([1, 1, 1, 0, 1, 1, 0, 0]);
    module.C_CloseSession(session);
  });

  it.each<[string, Partial<Record<"CKA_EXTRACTABLE" | "CKA_SENSITIVE", boolean>>, boolean]>([
    ["a key that can be taken out", { CKA_EXTRACTABLE: true, CKA_SENSITIVE: true }, true],
    ["a key that can be read", { CKA_EXTRACTABLE: false, CKA_SENSITIVE: false }, true],
    ["a key that is none of AES", { CKA_EXTRACTABLE: false, CKA_SENSITIVE: true }, false],
  ])("is not used with %s", async (label, attributes, isAes) => {
    const { provider, module } = await openKey();
    await wrapOf(provider);
    const [slot = Buffer.alloc(0)] = module.C_GetSlotList(true);
    const flags = library.CKF_SERIAL_SESSION | library.CKF_RW_SESSION;
    const session = module.C_OpenSession(slot, flags);
    const mechanism = isAes ? library.CKM_AES_KEY_GEN : library.CKM_GENERIC_SECRET_KEY_GEN;
    module.C_GenerateKey(session, { mechanism }, [
      { type: library.CKA_CLASS, value: library.CKO_SECRET_KEY },
      { type: library.CKA_VALUE_LEN, value: 32 },
      { type: library.CKA_LABEL, value: label },
      { type: library.CKA_TOKEN, value: true },
      { type: library.CKA_ENCRYPT, value: true },
      { type: library.CKA_DECRYPT, value: true },
      ...(["CKA_EXTRACTABLE", "CKA_SENSITIVE"] as const).map((name) => ({
        type: library[name],
        value: attributes[name] ?? false,
      })),
    ]);
    module.C_CloseSession(session);
    const other = await openKey(label);
    const context = contextOf(`pkcs11:${label}`);
    await expect(other.provider.wrap(dek, context)).rejects.toMatchObject({ trouble: "unfit" });
  });

  it("that is no module is named", async () => {
    const settings = { module: "/etc/hostname", token: "timos", pin: "hunter2", keys: ["mek-1"] };
    const failure: unknown = await pkcs11(settings).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "MekSetupError" });
    expect(String(failure)).toContain("PKCS11_MODULE=/etc/hostname");
    expect(String(failure)).toContain("no PKCS#11 error");
    expect(String(failure)).not.toContain("hunter2");
  });
});
