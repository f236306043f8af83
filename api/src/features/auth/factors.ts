/** What is read of a user to tell whether they have a second factor. */
export const FACTORS = {
  totp: { select: { confirmedAt: true } },
  _count: { select: { passkeys: true } },
};

export interface Factors {
  readonly totp: { readonly confirmedAt: Date | null } | null;
  readonly _count: { readonly passkeys: number };
}

/** Codes that were set up to the end, or a passkey. */
export const hasSecondFactor = ({ totp, _count }: Factors): boolean =>
  (totp?.confirmedAt ?? null) !== null || _count.passkeys > 0;
