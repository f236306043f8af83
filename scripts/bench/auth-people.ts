import { randomUUID } from "../../api/src/crypto/random.ts";
import type { Passwords } from "../../api/src/features/auth/passwords.ts";
import { asSystem } from "../../api/src/platform/tenancy.ts";
import type { Installation } from "../keys/installation.ts";
import { cookieHeader, type Client, type Loop, type Reply } from "./auth-clients.ts";
import { makeWriter } from "./serving.ts";
import * as z from "zod";

export const ORIGIN = "https://bench.example";
const PASSWORD = "correct horse battery staple";

/** Somebody with an account, in their browser: it knows the cookies that it was given. */
export interface Person {
  readonly signIn: Loop;
  readonly refresh: Loop;
  /** Asks who they are, which a server answers whose session lives. */
  readonly check: Loop;
}

const SignedIn = z.object({ accessToken: z.string() });

/** People with an account of TimOS, as if they had signed up and proved their address, and signed in from a browser. */
export async function peopleOfTimos(
  inst: Installation,
  passwords: Passwords,
  count: number,
): Promise<readonly { readonly email: string }[]> {
  const people: { email: string }[] = [];
  for (let n = 0; n < count; n++) {
    const { userId: id } = await makeWriter(inst, 0);
    const passwordHash = await passwords.hash(PASSWORD);
    const data = { passwordHash, emailVerifiedAt: new Date() };
    const { email } = await asSystem(() => inst.platform.user.update({ where: { id }, data }));
    people.push({ email });
  }
  return people;
}

/** Signs in to TimOS, once. */
export async function atTimos(client: Client, { email }: { readonly email: string }) {
  let cookies: Reply["cookies"] = {};
  let accessToken = "";
  const ask = async (path: string, body: object, sent = cookies) => {
    const headers = { origin: ORIGIN, cookie: cookieHeader(sent) };
    const reply = await client.send({ method: "POST", path, headers, body });
    cookies = { ...cookies, ...reply.cookies };
    ({ accessToken } = SignedIn.parse(JSON.parse(reply.text)));
  };
  const person: Person & { readonly accessToken: () => string } = {
    accessToken: () => accessToken,
    // From a browser that is known and holds no session, as that of somebody who signs in.
    signIn: () =>
      ask("/api/auth/login", { email, password: PASSWORD, remember: true }, without("rt", cookies)),
    refresh: () => ask("/api/auth/refresh", {}),
    check: () =>
      client.send({ path: "/api/me", headers: { authorization: `Bearer ${accessToken}` } }),
  };
  await person.signIn();
  return person;
}

const without = (name: string, cookies: Reply["cookies"]) =>
  Object.fromEntries(Object.entries(cookies).filter(([each]) => !each.endsWith(`_${name}`)));

/** Signs up to better-auth, which signs in. */
export async function atPeer(client: Client, path = "/api/auth/get-session"): Promise<Person> {
  const email = `${randomUUID()}@example.org`;
  let cookies: Reply["cookies"] = {};
  const ask = async (what: string, body: object) => {
    const headers = { origin: ORIGIN };
    const reply = await client.send({ method: "POST", path: `/api/auth/${what}`, headers, body });
    cookies = reply.cookies;
  };
  await ask("sign-up/email", { email, password: PASSWORD, name: "bench" });
  const check = async () => {
    const reply = await client.send({ path, headers: { cookie: cookieHeader(cookies) } });
    if (!reply.text.includes(email)) throw new Error("better-auth does not know who it is");
  };
  return {
    signIn: () => ask("sign-in/email", { email, password: PASSWORD, rememberMe: true }),
    // With an age of 0 each look at a session moves its end on, in its row and its cookie.
    refresh: check,
    check,
  };
}
