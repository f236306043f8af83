import type { Letter, Letters, Whence } from "../../mails/letters.ts";
import { compose, lettersIn } from "../../mails/compose.ts";
import { whence } from "../../mails/whence.ts";
import type { AuthDeps } from "./deps.ts";
import type { From } from "./from.ts";

interface Reader {
  readonly email: string;
  readonly locale: string;
  readonly timeZone: string;
}

export type Notice = (letters: Letters, whence: Whence) => Letter;

export const recoveryCodeUsed =
  (left: number): Notice =>
  (letters, whence) =>
    letters.recoveryCodeUsed(whence, left);

/** Tells people by mail what was done to their account. It is done: a mail that cannot be sent is logged. */
export function tell(
  { send, logger, clock }: Pick<AuthDeps, "send" | "logger" | "clock">,
  { email, locale, timeZone }: Reader,
  { userAgent }: From,
  notice: Notice,
): void {
  const letter = notice(lettersIn(locale), whence(userAgent, timeZone, locale, clock()));
  send(compose(email, letter)).catch((error: unknown) => {
    logger.error({ err: error }, "a mail could not be sent");
  });
}
