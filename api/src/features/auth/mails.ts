import type { Mail } from "../../lib/mail.ts";

/** The mail that proves an address. The token is in the fragment, which browsers send to no server. */
export function verificationMail(to: string, appUrl: string, token: string): Mail {
  return {
    to,
    subject: "Confirm your e-mail address for TimOS",
    text: [
      "Welcome to TimOS.",
      "",
      "Open this link to confirm your e-mail address and sign in.",
      "It works once, within 24 hours:",
      "",
      `${appUrl}/verify-email#token=${token}`,
      "",
      "If you did not sign up, ignore this mail.",
      "Without the link nobody can use the account.",
      "",
    ].join("\n"),
  };
}

/** The mail to someone who has an account and signs up once more. */
export function accountExistsMail(to: string, appUrl: string): Mail {
  return {
    to,
    subject: "You already have a TimOS account",
    text: [
      "Someone, probably you, signed up for TimOS with this address.",
      "You have an account already. Sign in here:",
      "",
      `${appUrl}/sign-in`,
      "",
      "If it was not you, there is nothing to do. Nothing was changed.",
      "",
    ].join("\n"),
  };
}
