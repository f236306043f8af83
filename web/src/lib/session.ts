import type { AuthResult, Me } from "@timos/api/contract";
import { ApiError, createClient, type Send } from "@/lib/api.ts";
import { isObject } from "@/lib/shapes.ts";
import type { Alone, Channel } from "@/lib/tabs.ts";

/**
 * - `starting`: not yet asked.
 * - `unreachable`: asked, and no answer came; nothing is known.
 * - `offline`: no answer came, and this device knows whose journal it keeps.
 * - `signed_out`: nobody is signed in, and nobody was in this tab.
 * - `over`: somebody was, until just now.
 */
export type SessionState =
  | { readonly status: "starting" | "unreachable" | "signed_out" }
  | { readonly status: "signed_in" | "offline"; readonly user: Me }
  | { readonly status: "over"; readonly user: Me; readonly because: Ending };

/** Why a session is over: by choice, by the server, by misuse of its token, or for another account. */
export type Ending = "signed_out" | "ended" | "reused" | "replaced";

interface Access {
  readonly token: string;
  readonly expiresAt: number;
}

export type SessionMessage =
  | { readonly kind: "access"; readonly access: Access; readonly user: Me }
  | { readonly kind: "end"; readonly because: Ending };

interface Surroundings {
  /** Sends a request as it is. */
  readonly send: Send;
  readonly alone: Alone;
  readonly openChannel: (hear: (message: SessionMessage) => void) => Channel<SessionMessage>;
  readonly now: () => number;
  /** Remembers that somebody is signed in, and nothing else, so that a visitor is not asked for. */
  readonly hint: { isSet(): boolean; set(isSignedIn: boolean): void };
  /** Who may read on this device what it keeps of their journal, while the API is out of reach. */
  readonly findKnown: () => Promise<Me | null>;
}

export type Session = ReturnType<typeof createSession>;

const EARLY_MS = 60_000;
const HEARING_MS = 250;

/** The answers that a new access token helps against. A wrong code or a missing proof are of status 401 too. */
const STALE: readonly string[] = ["unauthenticated", "token_expired", "session_revoked"];

async function isStale(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const problem: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  const code = isObject(problem) ? problem["code"] : undefined;
  return typeof code !== "string" || STALE.includes(code);
}

/**
 * Who is signed in, in this browser. The access token lives in memory and nowhere else; the refresh token is a
 * cookie no script can read. Tabs take turns to refresh and tell each other the outcome.
 */
export function createSession(around: Surroundings) {
  const { auth } = createClient(around.send);
  const listeners = new Set<() => void>();
  let state: SessionState = { status: "starting" };
  let access: Access | null = null;
  let renewing: Promise<void> | null = null;
  let channel: Channel<SessionMessage> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function become(next: SessionState) {
    state = next;
    for (const listener of listeners) listener();
  }

  function take(next: Access, user: Me) {
    const here = "user" in state ? state.user : null;
    if (here !== null && here.id !== user.id) {
      end("replaced");
      return;
    }
    access = next;
    around.hint.set(true);
    clearTimeout(timer);
    const renewInMs = Math.max(next.expiresAt - EARLY_MS - around.now(), EARLY_MS / 2);
    timer = setTimeout(() => void renew().catch(() => undefined), renewInMs);
    become({ status: "signed_in", user });
  }

  function end(because: Ending) {
    access = null;
    clearTimeout(timer);
    if (because !== "replaced") around.hint.set(false);
    if (state.status === "over") return;
    become(
      "user" in state ? { status: "over", user: state.user, because } : { status: "signed_out" },
    );
  }

  function hear(message: SessionMessage) {
    if (message.kind === "access") take(message.access, message.user);
    else end(message.because);
  }

  /** Takes what a sign-in in this tab answered, whoever was here before. */
  function accept(result: AuthResult) {
    if ("user" in state && state.user.id !== result.user.id) become({ status: "signed_out" });
    share(result);
  }

  function share({ accessToken, expiresIn, user }: AuthResult) {
    const next = { token: accessToken, expiresAt: around.now() + expiresIn * 1000 };
    channel?.post({ kind: "access", access: next, user });
    take(next, user);
  }

  function renew(): Promise<void> {
    renewing ??= refresh().finally(() => (renewing = null));
    return renewing;
  }

  async function refresh() {
    const before = access;
    const isNew = () => access !== null && access !== before;
    await around.alone(async (waited) => {
      // The tab that was ahead has told its outcome; the message may arrive after the lock does.
      if (waited && !isNew()) await heard(isNew);
      if (isNew() || state.status === "over") return;
      try {
        share(await auth.refresh({ body: {} }));
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        const because = error.code === "refresh_reused" ? "reused" : "ended";
        channel?.post({ kind: "end", because });
        end(because);
      }
    });
  }

  function heard(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(limit);
        unsubscribe();
        resolve();
      };
      const limit = setTimeout(done, HEARING_MS);
      const unsubscribe = subscribe(() => isDone() && done());
    });
  }

  function subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Begins listening to the other tabs, and asks who is signed in. Returns how to stop listening. */
  function start() {
    channel ??= around.openChannel(hear);
    if (around.hint.isSet()) void ask();
    else if (state.status === "starting") become({ status: "signed_out" });
    return () => {
      channel?.close();
      channel = null;
      clearTimeout(timer);
    };
  }

  async function ask() {
    if (state.status === "unreachable") become({ status: "starting" });
    if (state.status !== "starting" && state.status !== "offline") return;
    try {
      await renew();
    } catch {
      // Whatever fails here, it was not "nobody is signed in".
      const user = await around.findKnown().catch(() => null);
      if (isAsking())
        become(user === null ? { status: "unreachable" } : { status: "offline", user });
    }
  }

  const isAsking = () => state.status === "starting";

  /** Sends a request of the signed-in person, renewing the access token when it must. */
  const send: Send = async (path, init, who) => {
    const mayBeSent = who === "user" || (who === "optional_user" && access !== null);
    if (!mayBeSent) return around.send(path, init, who);
    if (access === null || access.expiresAt - around.now() < EARLY_MS / 4) await renew();
    const first = access;
    const response = await attempt(path, init);
    if (!(await isStale(response))) return response;
    if (access === first) await renew();
    const repeated = await attempt(path, init);
    if (await isStale(repeated)) end("ended");
    return repeated;
  };

  function attempt(path: string, init: Parameters<Send>[1]) {
    if (access === null) throw new ApiError("unauthenticated");
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${access.token}`);
    return around.send(path, { ...init, headers }, "user");
  }

  /** Ends the session here and in all tabs. Throws, and ends nothing, when the API cannot be told. */
  async function signOut() {
    await auth.logout({ body: {} });
    channel?.post({ kind: "end", because: "signed_out" });
    end("signed_out");
  }

  /** Ends the session in the other tabs of an account that is no more. */
  function endElsewhere() {
    channel?.post({ kind: "end", because: "signed_out" });
  }

  /** Takes what the API answered of the person who is signed in, for here and for the other tabs. */
  function update(user: Me) {
    if (access === null || state.status !== "signed_in" || state.user.id !== user.id) return;
    channel?.post({ kind: "access", access, user });
    become({ status: "signed_in", user });
  }

  /** Lets go of the person a session is over for, so that another may sign in. */
  function forget() {
    if (state.status === "over") become({ status: "signed_out" });
  }

  return {
    getState: () => state,
    subscribe,
    start,
    ask,
    accept,
    update,
    send,
    signOut,
    endElsewhere,
    forget,
  };
}
