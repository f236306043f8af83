import type { WrapContext } from "../crypto/wrap.ts";

/** A data key wrapped by a master key: which key, how (the suite), and the bytes. */
export interface Wrap {
  readonly mekRef: string;
  readonly suite: number;
  readonly blob: Uint8Array<ArrayBuffer>;
}

/** Keeps master keys (MEK), and wraps and unwraps data keys under them. A reference is `<provider>:<key>`. */
export interface MekProvider {
  /** The reference of the key that new wraps are made under. */
  current(): Promise<string>;
  wrap(dek: Uint8Array, context: WrapContext): Promise<Wrap>;
  /**
   * Returns the data key, which the caller wipes.
   *
   * @throws {@link MekUnknown} for a key it does not have; DecryptionError for a wrap that does not open.
   */
  unwrap(wrap: Wrap, context: WrapContext): Promise<Uint8Array>;
  /** @throws when the keys cannot be used now. */
  health(): Promise<void>;
}

/** A data key is wrapped under a master key that is not at hand. */
export class MekUnknown extends Error {
  override readonly name = "MekUnknown";
  readonly mekRef: string;

  constructor(mekRef: string) {
    super(`the master key ${mekRef} is not at hand`);
    this.mekRef = mekRef;
  }
}
