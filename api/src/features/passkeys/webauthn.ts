import type { CredentialDeviceType } from "@simplewebauthn/server";
import type { AttestationObject } from "@simplewebauthn/server/helpers";
import type { Assertion, Attestation } from "./contract.ts";
import type { RelyingParty } from "./relying-party.ts";
import { challengeOf } from "./steps.ts";

/** What keys may be of: what is verified by every version of Node that this runs on. EdDSA, ES256, RS256 (IANA COSE). */
export const ALGORITHMS: readonly number[] = [-8, -7, -257];

/**
 * Loaded when somebody first uses a passkey. With it comes what parses certificates of every kind, which takes a quarter
 * of the time in which a server starts.
 */
const library = () => import("@simplewebauthn/server");

/** What is kept of a passkey to know its signatures by. */
export interface PublicKey {
  readonly credentialId: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** RFC 8176: whether the key can leave its device (`swk`) or not (`hwk`), and that it stands for two factors. */
export type PasskeyAmr = readonly ["hwk" | "swk", "mfa"];

const amrOf = (deviceType: CredentialDeviceType): PasskeyAmr => [
  deviceType === "singleDevice" ? "hwk" : "swk",
  "mfa",
];

/** A passkey as the browser made it. */
export interface MadePasskey extends PublicKey {
  readonly counter: number;
  readonly isBackedUp: boolean;
  readonly amr: PasskeyAmr;
  /** The model that its authenticator says it is. */
  readonly aaguid: string;
}

/**
 * Reads a new passkey: for one of our pages, for our domain, its user present and verified (WebAuthn Level 3 §7.1).
 * Whoever calls has taken the challenge, and so knows that it is ours and used once.
 *
 * @returns null when anything is wrong with it.
 */
export async function verifyAttestation(
  party: RelyingParty,
  credential: Attestation,
): Promise<MadePasskey | null> {
  const { verifyRegistrationResponse } = await library();
  const { decodeAttestationObject } = await import("@simplewebauthn/server/helpers");
  const verified = await orNull(async () => {
    const bytes = new Uint8Array(Buffer.from(credential.response.attestationObject, "base64url"));
    if (isAttested(decodeAttestationObject(bytes))) return null;
    return verifyRegistrationResponse({
      response: { ...credential, clientExtensionResults: {} },
      expectedChallenge: challengeOf(credential),
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
  });
  if (verified?.verified !== true) return null;
  const { aaguid, credentialBackedUp, credentialDeviceType, ...info } = verified.registrationInfo;
  const made = info.credential;
  if (made.id !== credential.id) return null;
  return {
    credentialId: new Uint8Array(Buffer.from(made.id, "base64url")),
    publicKey: made.publicKey,
    counter: made.counter,
    isBackedUp: credentialBackedUp,
    amr: amrOf(credentialDeviceType),
    aaguid,
  };
}

/**
 * Attestation is not asked for, and browsers take it away: what is left is "none", or a key that vouches for itself.
 * Statements with certificates are kept from the code that parses them.
 */
function isAttested(attestation: AttestationObject): boolean {
  const format = attestation.get("fmt");
  const isSelf = format === "packed" && attestation.get("attStmt").get("x5c") === undefined;
  return format !== "none" && !isSelf;
}

/** A signature of a passkey. */
export interface Signature {
  /** How often it has signed, as its authenticator says; 0 where it does not count, as synced ones do not. */
  readonly counter: number;
  readonly isBackedUp: boolean;
  readonly amr: PasskeyAmr;
}

/**
 * Verifies that a passkey signed for one of our pages and our domain, its user present and verified (WebAuthn Level 3
 * §7.2). Whoever calls has taken the challenge, and looks at the counter.
 *
 * @returns null when anything is wrong with it.
 */
export async function verifyAssertion(
  party: RelyingParty,
  { publicKey }: PublicKey,
  credential: Assertion,
): Promise<Signature | null> {
  const { verifyAuthenticationResponse } = await library();
  const verified = await orNull(() => {
    const { userHandle, ...response } = credential.response;
    return verifyAuthenticationResponse({
      response: { ...credential, response, clientExtensionResults: {} },
      expectedChallenge: challengeOf(credential),
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: true,
      // The library would refuse a counter that goes back, before it verifies the signature.
      credential: { id: credential.id, publicKey, counter: 0 },
    });
  });
  if (verified?.verified !== true) return null;
  const { newCounter, credentialBackedUp, credentialDeviceType } = verified.authenticationInfo;
  return {
    counter: newCounter,
    isBackedUp: credentialBackedUp,
    amr: amrOf(credentialDeviceType),
  };
}

/** The library throws an `Error` with other words for each thing that is wrong with its input, which is a stranger's. */
async function orNull<T>(verify: () => Promise<T>): Promise<T | null> {
  try {
    return await verify();
  } catch {
    return null;
  }
}
