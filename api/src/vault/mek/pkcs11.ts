import type * as Pkcs11js from "pkcs11js";
import { DEK_BYTES } from "../../crypto/data-key.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { nonce, randomBytes } from "../../crypto/random.ts";
import { wrapBinding } from "../../crypto/wrap.ts";
import type { Config } from "../../config.ts";
import { MekSetupError, MekUnavailable, type MekProvider, type Trouble } from "./provider.ts";
import { referencesOf, remoteProvider, type Call, type Patience } from "./remote.ts";

const SUITE_PKCS11_AES_GCM = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAP_BYTES = NONCE_BYTES + DEK_BYTES + TAG_BYTES;
const KEY_BYTES = 32;
/** Node has four threads for what blocks. Two that hang in a token leave two for the disk and for names. */
const SESSIONS = 2;

type Library = typeof Pkcs11js;
type Settings = NonNullable<Config["vault"]["masterKeys"]["pkcs11"]>;
type Address = Omit<Settings, "keys">;

/** A session of the token, signed in, and the keys found in it. It does one thing at a time. */
interface Session {
  readonly handle: Buffer;
  readonly keys: Map<string, Buffer>;
}

/**
 * Master keys in a hardware module (or SoftHSM), by PKCS#11 2.40: AES-256 keys that cannot be extracted, found by their
 * labels in a token found by its label, used with CKM_AES_GCM. Encrypting and decrypting wait on threads of their own;
 * opening a session and signing in, which happen once and after trouble, do not.
 *
 * @throws {@link MekSetupError} when pkcs11js or the module cannot be loaded.
 */
export async function pkcs11(settings: Settings, patience?: Patience): Promise<MekProvider> {
  const library = await loadLibrary();
  const token = openToken(library, settings);
  const { module } = token;

  const gcm = (iv: Buffer, aad: Buffer) => ({
    mechanism: library.CKM_AES_GCM,
    parameter: {
      type: library.CK_PARAMS_AES_GCM,
      iv,
      aad,
      ivBits: NONCE_BYTES * 8,
      tagBits: TAG_BYTES * 8,
    },
  });
  const seal = async (session: Session, key: Buffer, dek: Uint8Array, aad: Buffer) => {
    const iv = nonce();
    module.C_EncryptInit(session.handle, gcm(iv, aad), key);
    const out = Buffer.alloc(DEK_BYTES + TAG_BYTES);
    return Buffer.concat([iv, await module.C_EncryptAsync(session.handle, Buffer.from(dek), out)]);
  };
  const open = async (session: Session, key: Buffer, blob: Uint8Array, aad: Buffer) => {
    const bytes = Buffer.from(blob);
    module.C_DecryptInit(session.handle, gcm(bytes.subarray(0, NONCE_BYTES), aad), key);
    // SoftHSM wants room for the tag too.
    const out = Buffer.alloc(DEK_BYTES + TAG_BYTES);
    return module.C_DecryptAsync(session.handle, bytes.subarray(NONCE_BYTES), out);
  };
  /** Whether the key works as such, so that what did not open was not the token's fault. */
  const works = async (session: Session, key: Buffer): Promise<boolean> => {
    const [secret, aad] = [randomBytes(DEK_BYTES), randomBytes(DEK_BYTES)];
    const opened = await open(session, key, await seal(session, key, secret, aad), aad);
    return secret.equals(opened);
  };

  return remoteProvider(
    {
      keys: referencesOf("pkcs11", settings.keys),
      suite: SUITE_PKCS11_AES_GCM,
      concurrency: SESSIONS,
      encrypt: (call, dek) =>
        token.inSession(call, (session, key) => seal(session, key, dek, wrapBinding(call.context))),
      decrypt: async (call, blob) => {
        if (blob.length !== WRAP_BYTES) throw new DecryptionError();
        return token.inSession(call, async (session, key) => {
          try {
            return await open(session, key, blob, wrapBinding(call.context));
          } catch (error) {
            const name = nameOf(error);
            if (OPENS_NOT.has(name)) throw new DecryptionError();
            // The name that SoftHSM, among others, gives to a wrong tag, and to everything else.
            if (VAGUE.has(name) && (await works(session, key))) throw new DecryptionError();
            throw error;
          }
        });
      },
    },
    patience,
  );
}

/**
 * Makes a master key in the token: AES-256, which the token never gives out and uses for nothing else.
 *
 * @throws Error when there is a key of that label.
 */
export async function createPkcs11Key(address: Address, label: string): Promise<void> {
  const library = await loadLibrary();
  const { module, open, find, close } = openToken(library, address);
  const session = open(library.CKF_SERIAL_SESSION | library.CKF_RW_SESSION);
  try {
    if (find(session, label).length > 0) {
      throw new MekSetupError(`The token ${address.token} has a key ${label} already.`);
    }
    module.C_GenerateKey(session.handle, { mechanism: library.CKM_AES_KEY_GEN }, [
      { type: library.CKA_CLASS, value: library.CKO_SECRET_KEY },
      { type: library.CKA_KEY_TYPE, value: library.CKK_AES },
      { type: library.CKA_VALUE_LEN, value: KEY_BYTES },
      { type: library.CKA_LABEL, value: label },
      { type: library.CKA_TOKEN, value: true },
      { type: library.CKA_PRIVATE, value: true },
      { type: library.CKA_SENSITIVE, value: true },
      { type: library.CKA_EXTRACTABLE, value: false },
      { type: library.CKA_ENCRYPT, value: true },
      { type: library.CKA_DECRYPT, value: true },
      { type: library.CKA_WRAP, value: false },
      { type: library.CKA_UNWRAP, value: false },
    ]);
  } finally {
    close(session);
  }
}

async function loadLibrary(): Promise<Library> {
  try {
    const loaded = (await import("pkcs11js")) as unknown as { default: Library };
    return loaded.default;
  } catch {
    throw new MekSetupError(
      "PKCS11_KEY is set, but the package pkcs11js is not installed and compiled. With g++, make and python3 at hand: npm run build:pkcs11",
    );
  }
}

function openToken(library: Library, { module: file, token, pin }: Address) {
  const module = new library.PKCS11();
  const idle: Session[] = [];
  let inUse = 0;
  // A token locks itself after a few wrong PINs, so a wrong one is tried once.
  let pinRefused = false;

  const initialize = (): void => {
    try {
      module.C_Initialize({ flags: library.CKF_OS_LOCKING_OK });
    } catch (error) {
      if (nameOf(error) !== "CKR_CRYPTOKI_ALREADY_INITIALIZED") throw error;
    }
  };
  try {
    module.load(file);
    initialize();
  } catch (error) {
    throw new MekSetupError(`The module PKCS11_MODULE=${file} cannot be used: ${nameOf(error)}.`);
  }

  const isOurs = (slot: Buffer): boolean => {
    try {
      return module.C_GetTokenInfo(slot).label.replace(/[ \0]+$/, "") === token;
    } catch {
      // It was taken out of its slot.
      return false;
    }
  };
  const findSlot = (): Buffer | undefined => {
    try {
      return module.C_GetSlotList(true).find(isOurs);
    } catch {
      return undefined;
    }
  };
  /** Many modules look for tokens only when they start. */
  const findSlotAnew = (): Buffer | undefined => {
    if (inUse > 0) return undefined;
    try {
      module.C_Finalize();
    } catch {
      // It was not running.
    }
    try {
      initialize();
    } catch {
      return undefined;
    }
    return findSlot();
  };
  const open = (flags = library.CKF_SERIAL_SESSION): Session => {
    if (pinRefused) throw new Error("CKR_PIN_INCORRECT");
    const slot = findSlot() ?? findSlotAnew();
    if (slot === undefined) throw new Error("CKR_TOKEN_NOT_PRESENT");
    const session = { handle: module.C_OpenSession(slot, flags), keys: new Map<string, Buffer>() };
    try {
      module.C_Login(session.handle, library.CKU_USER, pin);
    } catch (error) {
      if (nameOf(error) !== "CKR_USER_ALREADY_LOGGED_IN") {
        pinRefused = nameOf(error).startsWith("CKR_PIN_");
        close(session);
        throw error;
      }
    }
    return session;
  };
  const close = (session: Session): void => {
    try {
      module.C_CloseSession(session.handle);
    } catch {
      // It was closed with its token.
    }
  };
  const find = (session: Session, label: string): Buffer[] => {
    module.C_FindObjectsInit(session.handle, [
      { type: library.CKA_CLASS, value: library.CKO_SECRET_KEY },
      { type: library.CKA_LABEL, value: label },
    ]);
    try {
      return module.C_FindObjects(session.handle, 2);
    } finally {
      module.C_FindObjectsFinal(session.handle);
    }
  };
  const keyOf = (session: Session, { key: label, context: { mekRef } }: Call): Buffer => {
    const known = session.keys.get(label);
    if (known !== undefined) return known;
    const [key, second] = find(session, label);
    if (key === undefined) throw new MekUnavailable(mekRef, "no_key");
    if (second !== undefined || !isFit(session, key)) throw new MekUnavailable(mekRef, "unfit");
    session.keys.set(label, key);
    return key;
  };
  const isFit = (session: Session, key: Buffer): boolean => {
    const attributes = module.C_GetAttributeValue(session.handle, key, [
      { type: library.CKA_KEY_TYPE },
      { type: library.CKA_VALUE_LEN },
      { type: library.CKA_EXTRACTABLE },
      { type: library.CKA_SENSITIVE },
    ]);
    const [type, length, isExtractable, isSensitive] = attributes.map(({ value }) =>
      Buffer.isBuffer(value) ? value[0] : undefined,
    );
    return (
      type === library.CKK_AES && length === KEY_BYTES && isExtractable === 0 && isSensitive === 1
    );
  };

  /** Does `work` with a session and the key. After trouble with the token, the next call opens a new session. */
  const inSession = async <T>(
    call: Call,
    work: (session: Session, key: Buffer) => Promise<T>,
  ): Promise<T> => {
    try {
      const session = idle.pop() ?? open();
      inUse++;
      try {
        const result = await work(session, keyOf(session, call));
        idle.push(session);
        return result;
      } catch (error) {
        if (error instanceof DecryptionError) idle.push(session);
        else for (const stale of [session, ...idle.splice(0)]) close(stale);
        throw error;
      } finally {
        inUse--;
      }
    } catch (error) {
      if (error instanceof DecryptionError || error instanceof MekUnavailable) throw error;
      throw new MekUnavailable(call.context.mekRef, TROUBLES[nameOf(error)] ?? "failing");
    }
  };

  return { module, open, close, find, inSession };
}

/** PKCS#11's name for what went wrong; the message of pkcs11js is that name. */
function nameOf(error: unknown): string {
  return /CKR_\w+/.exec(String(error))?.[0] ?? "no PKCS#11 error";
}

const OPENS_NOT = new Set([
  "CKR_ENCRYPTED_DATA_INVALID",
  "CKR_ENCRYPTED_DATA_LEN_RANGE",
  "CKR_AEAD_DECRYPT_FAILED",
]);

const VAGUE = new Set(["CKR_GENERAL_ERROR", "CKR_FUNCTION_FAILED", "CKR_DATA_INVALID"]);

const TROUBLES: Readonly<Record<string, Trouble>> = {
  CKR_PIN_INCORRECT: "denied",
  CKR_PIN_INVALID: "denied",
  CKR_PIN_LOCKED: "denied",
  CKR_PIN_EXPIRED: "denied",
  CKR_TOKEN_NOT_PRESENT: "unreachable",
  CKR_DEVICE_REMOVED: "unreachable",
  CKR_SLOT_ID_INVALID: "unreachable",
  CKR_SESSION_COUNT: "throttled",
};
