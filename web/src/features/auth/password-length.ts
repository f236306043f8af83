import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "@timos/api/contract";

export const PASSWORD_HINT = `At least ${MIN_PASSWORD_LENGTH} characters. A few unrelated words do well.`;

/** What is wrong with the length of a new password; characters as a person counts them, as the API does. */
export function faultOfLength(password: string): string | undefined {
  const { length } = Array.from(password);
  if (length < MIN_PASSWORD_LENGTH) {
    return `This has ${length} of at least ${MIN_PASSWORD_LENGTH} characters.`;
  }
  return length > MAX_PASSWORD_LENGTH
    ? `This has ${length} of at most ${MAX_PASSWORD_LENGTH} characters.`
    : undefined;
}
