import type { TestApp } from "./app.ts";

/** An answer of the API, its JSON read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request with JSON. */
export async function call(
  app: Pick<TestApp, "url">,
  method: string,
  path: string,
  { body, headers }: Sent = {},
): Promise<Reply> {
  const response = await fetch(app.url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Reply["body"]) : { text },
  };
}

/** Someone who signed up, opened the link in the mail, and is signed in. */
export interface Person {
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  /** The `Cookie` header that holds the refresh token. */
  readonly cookie: string;
  call(method: string, path: string, sent?: Sent): Promise<Reply>;
}

let count = 0;

export async function signUp(
  app: TestApp,
  form: { readonly email?: string; readonly timeZone?: string } = {},
): Promise<Person> {
  const email = form.email ?? `person${count++}@example.org`;
  const password = "correct horse battery";
  await call(app, "POST", "/api/auth/signup", { body: { ...form, email, password } });
  const token = linkToken(app, email);
  const reply = await call(app, "POST", "/api/auth/verify-email", { body: { token } });
  if (reply.status !== 200)
    throw new Error(`signing up failed with ${reply.status}: ${app.logged()}`);
  const accessToken = String(reply.body["accessToken"]);
  return {
    email,
    password,
    accessToken,
    cookie: cookieOf(reply),
    call: (method, path, sent = {}) =>
      call(app, method, path, {
        ...sent,
        headers: { authorization: `Bearer ${accessToken}`, ...sent.headers },
      }),
  };
}

/** The token of the newest link that was mailed to `email`. */
export function linkToken(app: TestApp, email: string): string {
  const mail = app.mails().findLast((text) => text.includes(`To: ${email}`));
  const token = /#token=([A-Za-z0-9_-]+)/.exec(mail ?? "")?.[1];
  if (token === undefined) throw new Error("there is no link in the mail");
  return token;
}

/** The cookie that a reply sets, as a browser sends it back. */
export function cookieOf(reply: Reply): string {
  return reply.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}
