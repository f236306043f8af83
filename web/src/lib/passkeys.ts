import { Assertion, type RequestOptions } from "@timos/api/contract";

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
  try {
    const credential = await navigator.credentials.get({ publicKey });
    return credential instanceof PublicKeyCredential ? Assertion.parse(credential.toJSON()) : null;
  } catch (error) {
    // A browser does not say which it was: the person said no, has none, or took too long.
    if (error instanceof DOMException && error.name === "NotAllowedError") return null;
    throw error;
  }
}
