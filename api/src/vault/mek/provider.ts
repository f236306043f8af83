import type { WrapContext } from "../../crypto/wrap.ts";

/** A data key wrapped by a master key: which key, how (the suite), and the bytes. */
export interface Wrap {
  readonly mekRef: string;
  readonly suite: number;
  readonly blob: Uint8Array<ArrayBuffer>;
}

/** Keeps master keys (MEK), and wraps and unwraps data keys under them. A reference is `<provider>:<key>`. */
export interface MekProvider {
  /** The reference of the key that new wraps are made under. */
  readonly current: () => Promise<string>;
  /**
   * Wraps under the key that `context` names, bound to all of `context`.
   *
   * @throws {@link MekUnknown} for a key it does not have; {@link MekUnavailable} when the key cannot be used now.
   */
  readonly wrap: (dek: Uint8Array, context: WrapContext) => Promise<Wrap>;
  /**
   * Returns the data key, which is the one `context` names, and which the caller wipes. No other key than the one the
   * wrap names is tried.
   *
   * @throws {@link MekUnknown} for a key it does not have; {@link MekUnavailable} when the key cannot be used now;
   * DecryptionError for a wrap that does not open.
   */
  readonly unwrap: (wrap: Wrap, context: WrapContext) => Promise<Uint8Array>;
  /** @throws when the keys cannot be used now. */
  readonly health: () => Promise<void>;
}

/** A data key is wrapped under a master key that no configured provider has. */
export class MekUnknown extends Error {
  override readonly name = "MekUnknown";
  readonly mekRef: string;
  /** The reference: what the log has of it, and what an operator has to look for. It is no secret. */
  readonly code: string;

  constructor(mekRef: string) {
    super(`the master key ${mekRef} is not at hand`);
    this.mekRef = mekRef;
    this.code = mekRef;
  }
}

/** What can be wrong with a key service, in words for an operator, and whether it may pass by waiting. */
const TROUBLES = {
  slow: { words: "no answer came in time", passes: true },
  unreachable: { words: "the service cannot be reached", passes: true },
  throttled: { words: "the service asks for fewer calls", passes: true },
  failing: { words: "the service failed", passes: true },
  garbled: { words: "the answer is not one to what was asked", passes: true },
  denied: {
    words: "the service does not accept our credentials, or may not let us",
    passes: false,
  },
  unbound: { words: "the service does not bind a wrap to whose it is", passes: false },
  unfit: {
    words: "the key is no AES-256 key that stays in its token, or not the only one so called",
    passes: false,
  },
  no_key: { words: "the service does not have the key, or has disabled it", passes: false },
  gone: { words: "the keyring that is there now does not have it", passes: false },
} as const;

export type Trouble = keyof typeof TROUBLES;

/** A master key that is configured cannot be used now. Says which and why in fixed words, and carries no cause. */
export class MekUnavailable extends Error {
  override readonly name = "MekUnavailable";
  readonly mekRef: string;
  readonly trouble: Trouble;
  /** `<provider>:<trouble>`: as much as the log has of it. */
  readonly code: string;

  constructor(mekRef: string, trouble: Trouble) {
    super(`the master key ${mekRef} cannot be used now: ${TROUBLES[trouble].words}`);
    this.mekRef = mekRef;
    this.trouble = trouble;
    this.code = `${mekRef.split(":", 1)[0] ?? ""}:${trouble}`;
  }

  /** Whether trying again, soon, makes sense. */
  get passes(): boolean {
    return TROUBLES[this.trouble].passes;
  }
}

/** A provider is configured, but cannot be set up on this machine. The message says what to do, and holds no secret. */
export class MekSetupError extends Error {
  override readonly name = "MekSetupError";
}
