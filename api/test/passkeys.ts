import { setTimeout as sleep } from "node:timers/promises";
import type { TestApp } from "./app.ts";
import {
  authenticator,
  type Authenticator,
  type HeldPasskey,
  type Options,
  type Twist,
} from "./authenticator.ts";
import { call, cookieOf, type Person, type Reply } from "./people.ts";

/** Where people use it: passkeys need a name. */
export const PAGE = "http://localhost:3000";

/** A browser with an authenticator, as far as passkeys need one. */
export const device: Authenticator = authenticator(PAGE);

const ours = { origin: PAGE };

/** What an authenticator looks at of the options that a registration or a sign-in began with. */
export function optionsOf({ status, body }: Reply): Options {
  if (status !== 200) throw new Error(`no options: ${status} ${JSON.stringify(body)}`);
  const rp = body["rp"] as { id: string } | undefined;
  const user = body["user"] as { id: string } | undefined;
  return {
    challenge: String(body["challenge"]),
    rpId: rp?.id ?? String(body["rpId"]),
    ...(user === undefined ? {} : { userHandle: user.id }),
  };
}

export const beginRegistration = (person: Person): Promise<Reply> =>
  person.call("POST", "/api/auth/passkeys/register/options", { body: {} });

export const register = (person: Person, credential: object, name?: string): Promise<Reply> =>
  person.call("POST", "/api/auth/passkeys/register/verify", {
    body: { credential, ...(name === undefined ? {} : { name }) },
  });

/** Adds a passkey to somebody's account. */
export async function addPasskey(
  person: Person,
  { name, ...twist }: Twist & { readonly name?: string } = {},
): Promise<HeldPasskey & { readonly rowId: string }> {
  const made = device.create(optionsOf(await beginRegistration(person)), twist);
  const reply = await register(person, made.credential, name);
  if (reply.status !== 201) throw new Error(`no passkey: ${JSON.stringify(reply.body)}`);
  return Object.assign(made.passkey, { rowId: String(reply.body["id"]) });
}

/** A sign-in that began: what is to be signed, and the cookie of the browser that it began in. */
export interface Begun {
  readonly options: Options;
  readonly cookie: string;
}

export async function beginSignIn(app: TestApp): Promise<Begun> {
  const reply = await call(app, "POST", "/api/auth/passkeys/sign-in/options", {
    body: {},
    headers: ours,
  });
  return { options: optionsOf(reply), cookie: cookieOf(reply) };
}

export const endSignIn = (
  app: TestApp,
  cookie: string,
  credential: object,
  headers: Readonly<Record<string, string>> = ours,
): Promise<Reply> =>
  call(app, "POST", "/api/auth/passkeys/sign-in/verify", {
    body: { credential },
    headers: { ...headers, ...(cookie === "" ? {} : { cookie }) },
  });

/** Signs in with a passkey. */
export async function signInWith(
  app: TestApp,
  passkey: HeldPasskey,
  twist: Twist = {},
): Promise<Reply> {
  const { options, cookie } = await beginSignIn(app);
  return endSignIn(app, cookie, device.get(options, passkey, twist));
}

/** The newest mail to somebody with that subject. Nobody waits for such mails, so it is waited for here. */
export async function mailTo(app: TestApp, { email }: Person, subject: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const isIt = (mail: string) =>
      mail.includes(`To: ${email}`) && mail.includes(`Subject: ${subject}`);
    const found = app.mails().findLast(isIt);
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`no mail: ${subject}`);
}
