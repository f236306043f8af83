import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { isoCBOR } from "@simplewebauthn/server/helpers";

/** What of the options an authenticator looks at. */
export interface Options {
  readonly challenge: string;
  readonly rpId: string;
  /** The handle of the user, when a passkey is made. */
  readonly userHandle?: string;
}

/** What an authenticator or a browser can be made to do wrong. */
export interface Twist {
  /** Of the page. */
  readonly origin?: string;
  /** Whose domain the authenticator believes it is at. */
  readonly rpId?: string;
  readonly isPresent?: boolean;
  readonly isVerified?: boolean;
  readonly isBackedUp?: boolean;
  readonly counter?: number;
  readonly type?: string;
  readonly clientData?: object;
  readonly userHandle?: string | undefined;
  readonly aaguid?: string;
  readonly attestation?: { readonly fmt: string; readonly attStmt: Map<string, unknown> };
  readonly transports?: readonly string[];
}

/** A passkey as its authenticator holds it. */
export interface HeldPasskey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly coseKey: Uint8Array;
  readonly userHandle: string | undefined;
  counter: number;
}

const FLAGS = { isPresent: 0x01, isVerified: 0x04, canBeBackedUp: 0x08, isBackedUp: 0x10 };
const ATTESTED = 0x40;

const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest();
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

/** An authenticator in software (WebAuthn Level 3 §6), with real keys and signatures, and with a browser's words. */
export function authenticator(origin: string) {
  const clientDataOf = (type: string, { challenge }: Options, twist: Twist) =>
    Buffer.from(
      JSON.stringify({
        type: twist.type ?? type,
        challenge,
        origin: twist.origin ?? origin,
        crossOrigin: false,
        ...twist.clientData,
      }),
    );

  const headOf = ({ rpId }: Options, counter: number, attested: number, twist: Twist) => {
    const { isPresent = true, isVerified = true, isBackedUp = false } = twist;
    const flags =
      attested |
      (isPresent ? FLAGS.isPresent : 0) |
      (isVerified ? FLAGS.isVerified : 0) |
      (isBackedUp ? FLAGS.canBeBackedUp | FLAGS.isBackedUp : 0);
    const head = Buffer.alloc(37);
    sha256(twist.rpId ?? rpId).copy(head);
    head.writeUInt8(flags, 32);
    head.writeUInt32BE(counter, 33);
    return head;
  };

  return {
    /** Makes a passkey, as `navigator.credentials.create` does, or tells of `made` as if it were new. */
    create: (options: Options, twist: Twist = {}, made: HeldPasskey = newPasskey(options)) => {
      const aaguid = Buffer.from((twist.aaguid ?? "0".repeat(32)).replaceAll("-", ""), "hex");
      const id = Buffer.from(made.id, "base64url");
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const head = headOf(options, twist.counter ?? made.counter, ATTESTED, twist);
      const authData = Buffer.concat([head, aaguid, length, id, made.coseKey]);
      const { fmt, attStmt } = twist.attestation ?? { fmt: "none", attStmt: new Map() };
      const attestationObject = isoCBOR.encode(
        new Map<string, string | Uint8Array | Map<string, never>>([
          ["fmt", fmt],
          ["attStmt", attStmt as Map<string, never>],
          ["authData", new Uint8Array(authData)],
        ]),
      );
      const credential = {
        id: made.id,
        rawId: made.id,
        type: "public-key",
        authenticatorAttachment: "platform",
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64url(clientDataOf("webauthn.create", options, twist)),
          attestationObject: base64url(attestationObject),
          transports: twist.transports ?? ["internal"],
        },
      };
      return { passkey: made, credential };
    },

    /** Signs with a passkey, as `navigator.credentials.get` does. */
    get: (options: Options, passkey: HeldPasskey, twist: Twist = {}) => {
      passkey.counter += passkey.counter === 0 ? 0 : 1;
      const counter = twist.counter ?? passkey.counter;
      const clientData = clientDataOf("webauthn.get", options, twist);
      const authData = headOf(options, counter, 0, twist);
      const signed = Buffer.concat([authData, sha256(clientData)]);
      const userHandle = "userHandle" in twist ? twist.userHandle : passkey.userHandle;
      return {
        id: passkey.id,
        rawId: passkey.id,
        type: "public-key",
        authenticatorAttachment: "platform",
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64url(clientData),
          authenticatorData: base64url(authData),
          signature: base64url(sign("sha256", signed, passkey.privateKey)),
          ...(userHandle === undefined ? {} : { userHandle }),
        },
      };
    },
  };
}

export type Authenticator = ReturnType<typeof authenticator>;

/** A new key on P-256, with the COSE form of its public part (RFC 9053 §7.1). */
export function newPasskey({ userHandle }: Pick<Options, "userHandle">): HeldPasskey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const coseKey = isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, "base64url"))],
      [-3, new Uint8Array(Buffer.from(y, "base64url"))],
    ]),
  );
  return { id: base64url(randomBytes(32)), privateKey, coseKey, userHandle, counter: 0 };
}
