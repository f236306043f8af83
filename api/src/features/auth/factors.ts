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

/** Whether the tenant's rules or a role on the platform ask for two factors, proven each time. */
export const areTwoAsked = ({
  mfaRequired,
  platformRole,
}: {
  readonly mfaRequired: boolean;
  readonly platformRole: string | null;
}): boolean => mfaRequired || platformRole !== null;
