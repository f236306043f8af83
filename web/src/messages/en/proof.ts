/** Proving once more who one is. */
export const proof = {
  title: "Is it you?",
  text: "For this, TimOS wants to see once more that it is you. Then it goes on with what you were doing.",
  code: "Code from your authenticator app",
  codeHint: "Or one of your recovery codes.",
  confirm: "Go on",
  passkey: "Use a passkey",
  provider: "Sign in with {provider} again",
  providerHint: "It brings you back to this page; press there once more what you pressed.",
  none: "There is nothing yet to prove it with. Set a password: “Forgot your password?” on the sign-in page mails you a link.",
} as const;
