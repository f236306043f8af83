import type { Assertion, Attestation, CreationOptions, RequestOptions } from "@timos/api/contract";

/** Whether this browser can use passkeys on this page. They belong to a domain: a page at an address has none. */
export function arePasskeysUsable(): boolean {
  const isNamed = !/^[\d.]+$|^\[/.test(location.hostname);
  // Older browsers do not read the options; a page that is not secure has nothing of it.
  const passkeys = (window as Partial<typeof window>).PublicKeyCredential;
  return isNamed && passkeys !== undefined && "parseRequestOptionsFromJSON" in passkeys;
}

/**
 * Lets the person choose a passkey, and has it sign.
 *
 * @returns null when they chose none.
 */
export async function askForPasskey(options: RequestOptions): Promise<Assertion | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await unlessRefused(navigator.credentials.get({ publicKey }));
  return credential && (credential.toJSON() as Assertion);
}

/**
 * Has the person's device make a passkey.
 *
 * @returns null when they did not want it to.
 */
export async function makePasskey(options: CreationOptions): Promise<Attestation | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await unlessRefused(navigator.credentials.create({ publicKey }));
  return credential && (credential.toJSON() as Attestation);
}

async function unlessRefused(
  asked: Promise<Credential | null>,
): Promise<PublicKeyCredential | null> {
  try {
    const credential = await asked;
    return credential instanceof PublicKeyCredential ? credential : null;
  } catch (error) {
    // A browser does not say which it was: the person said no, has none, or took too long.
    if (error instanceof DOMException && error.name === "NotAllowedError") return null;
    throw error;
  }
}
