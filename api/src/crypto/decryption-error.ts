/** Something sealed or wrapped that does not open. Says nothing of why: wrong key, place or bytes look alike. */
export class DecryptionError extends Error {
  override readonly name = "DecryptionError";

  constructor() {
    super("decryption failed");
  }
}

/** What `open` gives, or null when that does not open. */
export function ifOpens<T>(open: () => T): T | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof DecryptionError) return null;
    throw error;
  }
}
