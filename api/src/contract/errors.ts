import type * as z from "zod";

/** Every failure the API can answer with: its code, its status, and the words a person reads. */
export const ERRORS = {
  invalid_request: { status: 400, title: "The request is not valid." },
  unauthenticated: { status: 401, title: "Sign in to go on." },
  invalid_credentials: { status: 401, title: "That e-mail address and password do not match." },
  token_expired: { status: 401, title: "The access token has expired." },
  session_revoked: { status: 401, title: "This session has ended. Sign in again." },
  refresh_reused: {
    status: 401,
    title: "This session was ended because its token was used twice.",
  },
  mfa_invalid_code: { status: 401, title: "That code is not right." },
  mfa_code_already_used: {
    status: 401,
    title: "That code was used already. Wait for the next one.",
  },
  mfa_required: { status: 401, title: "It takes a code of your second factor too." },
  password_required: {
    status: 401,
    title: "Enter the password that was chosen when signing up, or choose a new one.",
  },
  passkey_refused: { status: 401, title: "That passkey was not accepted. Try again." },
  mfa_token_expired: { status: 401, title: "That took too long. Sign in again." },
  reauth_required: { status: 401, title: "Prove once more that it is you to do this." },
  csrf_failed: { status: 403, title: "The request did not come from this site." },
  email_not_verified: { status: 403, title: "Confirm your e-mail address first." },
  account_suspended: { status: 403, title: "This account is suspended." },
  mfa_required_by_policy: {
    status: 403,
    title: "Your organisation asks for a second factor. Set one up first.",
  },
  forbidden: { status: 403, title: "You may not do this." },
  not_found: { status: 404, title: "There is nothing here." },
  method_not_allowed: { status: 405, title: "This address does not answer that method." },
  conflict: { status: 409, title: "It exists already." },
  link_required: {
    status: 409,
    title: "There is an account with that address. Sign in to it to connect the two.",
  },
  identity_already_linked: {
    status: 409,
    title: "That identity is connected to another account.",
  },
  last_sign_in_method: { status: 409, title: "Without it you could not sign in any more." },
  last_owner: { status: 409, title: "Somebody has to remain the owner. Hand it over first." },
  gone: { status: 410, title: "It is used, has expired, or is gone." },
  provider_refused: { status: 403, title: "The provider did not confirm who you are." },
  provider_email_missing: {
    status: 422,
    title: "The provider did not tell your e-mail address, which an account needs.",
  },
  rev_mismatch: { status: 412, title: "It was changed meanwhile." },
  payload_too_large: { status: 413, title: "The request is too large." },
  unsupported_media_type: { status: 415, title: "The request must be JSON." },
  weak_password: { status: 422, title: "Choose a stronger password." },
  rate_limited: { status: 429, title: "Too many requests. Wait a little." },
  too_many_attempts: { status: 429, title: "Too many failed attempts. Wait a little." },
  internal: { status: 500, title: "Something went wrong on our side." },
  record_unreadable: {
    status: 500,
    title:
      "What is stored of it does not open. Write an earlier version again, or ask for a backup to be restored.",
  },
  passkeys_unavailable: {
    status: 501,
    title:
      "Passkeys need a domain name, and this server is used by its address. Whoever runs it can give it one.",
  },
  vault_unavailable: {
    status: 503,
    title: "The journal cannot be reached. Try again in a moment.",
  },
  platform_unavailable: {
    status: 503,
    title: "Accounts cannot be reached. Try again in a moment.",
  },
  provider_unavailable: {
    status: 503,
    title: "The provider cannot be reached. Try again in a moment, or sign in another way.",
  },
  overloaded: { status: 503, title: "Too much at once. Try again in a moment." },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** One fault of the input: where (`body.title`, `If-Match`) and what to do about it. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

interface Particulars extends ErrorOptions {
  /** What this case is about, for a person. Never contains input. */
  readonly detail?: string;
  readonly errors?: readonly Fault[];
  readonly retryAfterSeconds?: number;
  /** Further members of the answer that the code calls for, such as `current` or `id`. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** A failure that has a code of its own. Anything else thrown is answered `internal`. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly particulars: Particulars;

  constructor(code: ErrorCode, particulars: Particulars = {}) {
    super(particulars.detail ?? ERRORS[code].title, particulars);
    this.code = code;
    this.particulars = particulars;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

const SHOWN_FAULTS = 20;
const SHOWN_CHARACTERS = 200;

/** The answer to input that a schema refused: its faults, by their paths under `root`. Repeats no value that was sent. */
export function invalidRequest(root: string, error: z.ZodError): AppError {
  return new AppError("invalid_request", {
    cause: error,
    errors: error.issues.slice(0, SHOWN_FAULTS).map((issue) => ({
      path: [root, ...issue.path.map(String)].join(".").slice(0, SHOWN_CHARACTERS),
      message: issue.message.slice(0, SHOWN_CHARACTERS),
    })),
  });
}
