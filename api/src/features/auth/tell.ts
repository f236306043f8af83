import type { Mail } from "../../lib/mail.ts";
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

type NoticeDeps = Pick<AuthDeps, "send" | "logger" | "limits">;

/** Tells people by mail what was done to their account. It is done: a mail that cannot be sent is logged. */
export function tell(
  deps: NoticeDeps & Pick<AuthDeps, "clock">,
  { email, locale, timeZone }: Reader,
  { userAgent }: From,
  notice: Notice,
): void {
  const letter = notice(lettersIn(locale), whence(userAgent, timeZone, locale, deps.clock()));
  void sendNotice(deps, compose(email, letter), letter.subject);
}

/** Sends what tells somebody of what was done. Nobody's inbox is filled: past a few of a kind, no more of it are sent. */
export async function sendNotice(
  { send, logger, limits }: NoticeDeps,
  mail: Mail,
  kind: string,
): Promise<void> {
  try {
    const { isExceeded } = await limits.noticesTo.use(limits.keyOf(mail.to, kind));
    if (!isExceeded) await send(mail);
  } catch (error) {
    logger.error({ err: error }, "a mail could not be sent");
  }
}
