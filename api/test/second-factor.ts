import { expect } from "@jest/globals";
import { generateSync } from "otplib";
import type { TestApp } from "./app.ts";
import { call, signUp, type Person, type Reply } from "./people.ts";

/** What somebody who turned the second factor on keeps in their phone and on paper. */
export interface Kept {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** The code that an authenticator app shows at `at`. */
export const codeAt = (secret: string, at: Date): string =>
  generateSync({ secret, epoch: Math.floor(at.getTime() / 1000) });

/** Turns the second factor on. The code of this moment is used up by it. */
export async function turnOn(app: TestApp, person: Person): Promise<Kept> {
  const enrolled = await person.call("POST", "/api/auth/mfa/totp/enroll", { body: {} });
  const secret = String(enrolled.body["secret"]);
  const confirmed = await person.call("POST", "/api/auth/mfa/totp/confirm", {
    body: { code: codeAt(secret, app.clock.now) },
  });
  if (confirmed.status !== 200) throw new Error(`it did not turn on: ${app.logged()}`);
  return { secret, recoveryCodes: confirmed.body["recoveryCodes"] as string[] };
}

/** Somebody with the second factor on, whose next code is fresh. */
export async function protectedPerson(app: TestApp): Promise<Person & Kept> {
  const person = await signUp(app);
  const kept = await turnOn(app, person);
  app.clock.now = new Date(app.clock.now.getTime() + 30_000);
  return { ...person, ...kept };
}

/** What happened to somebody, oldest first: `<action> <outcome>`. */
export async function eventsOf(app: TestApp, { email }: Person): Promise<string[]> {
  const rows = await app.sql(
    "platform",
    "SELECT e.action, e.outcome FROM audit_events e JOIN users u ON u.id = e.user_id WHERE u.email = ? ORDER BY e.id",
    [email],
  );
  return rows.map((row) => `${String(row["action"])} ${String(row["outcome"])}`);
}

/** Signs in by password. */
export const signIn = (
  app: TestApp,
  { email, password }: Person,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> => call(app, "POST", "/api/auth/login", { body: { email, password }, headers });

/** Signs in by password as far as the question for a second factor. @returns its token. */
export async function askedFor(app: TestApp, person: Person): Promise<string> {
  const { status, body } = await signIn(app, person);
  if (status !== 200 || body["mfaRequired"] !== true)
    throw new Error(`no second factor was asked for: ${status}`);
  return String(body["mfaToken"]);
}

/** Answers the question for a second factor. */
export const answer = (
  app: TestApp,
  mfaToken: string,
  method: "totp" | "recovery",
  code: string,
  more: { readonly trustDevice?: boolean } = {},
): Promise<Reply> =>
  call(app, "POST", "/api/auth/mfa/verify", { body: { mfaToken, method, code, ...more } });

/** That of many answers with one code, which came at once, one was taken. Past ten an account has to wait. */
export function expectOnce(replies: readonly Reply[]): void {
  expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
  const codes = new Set(replies.map((reply) => reply.body["code"]));
  codes.delete(undefined);
  codes.delete("too_many_attempts");
  expect([...codes]).toEqual(["mfa_code_already_used"]);
}
