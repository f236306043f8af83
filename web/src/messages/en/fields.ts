/** Fields that several forms have. */
export const fields = {
  email: "E-mail address",
  password: "Password",
  showPassword: "Show password",
  hidePassword: "Hide password",
  passwordHint: "At least {min, number} characters. A few unrelated words do well.",
  tooShort: "This has {length, number} of at least {min, number} characters.",
  tooLong: "This has {length, number} of at most {max, number} characters.",
  zone: "Time zone",
  zoneDetecting: "Detecting…",
  zoneHint: "It decides when one of your days ends and the next begins.",
} as const;
