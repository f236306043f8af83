/** Signing in and out, on the page for it and in the dialogs that ask in between. */
export const auth = {
  notOnShared: "Not on a computer you share with others.",
  signingIn: "Signing in…",
  back: "Back",
  signIn: {
    title: "Sign in",
    ended: "Your session has ended. Sign in to go on where you were.",
    reused:
      "Your session was ended because its token was used twice, which should not happen. If you did not copy your browser's data, change your password.",
    signedOut: "You are signed out.",
    forgot: "Forgot your password?",
    noJournal: "No journal yet? <link>Begin one</link>",
    as: "as <strong>{email}</strong>",
    remember: "Keep me signed in",
    passkey: "Sign in with a passkey",
    provider: "Continue with {provider}",
    completing: "Signing in…",
    completingTab: "Signing in",
    notSignedIn: "Not signed in",
  },
  factor: {
    totp: "Code from your authenticator app",
    totpHint: "Six digits, which change every half minute.",
    recovery: "Recovery code",
    recoveryHint:
      "One of the ten you were given, such as 7-4Z9K-0MXQ-T2VB-8RWD. Each is good once.",
    useTotp: "Use your authenticator app",
    useRecovery: "Use a recovery code",
    again: "Sign in again",
    trust: "Do not ask for a code here for 30 days",
    trustHint: "Not on a computer you share with others. Your password is asked for as before.",
  },
  resend: {
    again: "Send the link again",
    wait: "Send again in {seconds, number} s",
    sent: "Sent. The newest link is the one that works.",
  },
  over: {
    title: "Sign in again to save",
    ended: "Your session has ended.",
    reused: "Your session was ended because its token was used twice.",
    signedOut: "You signed out in another tab.",
    replaced: "Another account was signed in in this browser.",
    unsaved:
      "{count, plural, one {One entry} other {# entries}} on this page could not be saved yet; nothing of it is lost as long as the page stays open.",
    elsewhere:
      "With a passkey or a connected account, <link>sign in in another tab</link>; this page notices and goes on.",
    copy: "Copy the text",
    leave: "Leave without saving",
    discard: "Yes, discard it",
  },
  signOut: {
    label: "Sign out",
    busy: "Signing out…",
    failed: "You are still signed in. {reason}",
    askTitle: "Not everything is saved",
    ask: "Some of what you wrote has not reached the server yet. Signing out now would lose it.",
    stay: "Stay signed in",
    lose: "Sign out and lose it",
  },
} as const;
