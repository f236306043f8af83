/** Something sealed or wrapped that does not open. Says nothing of why: wrong key, place or bytes look alike. */
export class DecryptionError extends Error {
  override readonly name = "DecryptionError";

  constructor() {
    super("decryption failed");
  }
}
