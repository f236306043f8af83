/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Send } from "./api.ts";
import { createSession, type Session, type SessionMessage } from "./session.ts";
import type { Alone } from "./tabs.ts";

const ada = {
  id: "9f1c1e0e-7a53-4c43-9c55-0f6f6f1d2a01",
  email: "ada@example.org",
  role: "owner",
  platformRole: null,
  displayName: "Ada",
  timeZone: "UTC",
  dayStartHour: 0,
  locale: "en",
  weekStartsOn: 1,
  createdAt: "2026-11-21T10:00:00.000Z",
} as const;
const ben = { ...ada, id: "9f1c1e0e-7a53-4c43-9c55-0f6f6f1d2a02", email: "ben@example.org" };

/** A browser with one cookie jar: the tabs opened in it share locks, channel, hint and the API. */
function openBrowser() {
  const tabs = new Set<(message: SessionMessage) => void>();
  let queue: Promise<unknown> = Promise.resolve();
  let isBusy = false;
  let isHinted = true;
  let issued = 0;
  const api = {
    refreshes: 0,
    signedIn: ada as typeof ada | typeof ben | null,
    isDown: false,
    /** Whose journal the browser keeps. */
    known: null as typeof ada | null,
    validToken: "",
    /** What each authorised request carried. */
    seen: [] as string[],
  };

  const alone: Alone = (work) => {
    const waited = isBusy;
    isBusy = true;
    const turn = queue.then(() => work(waited)).finally(() => (isBusy = false));
    queue = turn.catch(() => undefined);
    return turn;
  };
  const unauthenticated = (code: string) =>
    new Response(JSON.stringify({ code }), {
      status: 401,
      headers: { "content-type": "application/problem+json" },
    });
  const send: Send = async (path, init) => {
    await Promise.resolve();
    if (api.isDown) throw new TypeError("Failed to fetch");
    if (path === "/api/auth/logout") {
      api.signedIn = null;
      return new Response(null, { status: 204 });
    }
    if (path === "/api/auth/refresh") {
      api.refreshes += 1;
      if (api.signedIn === null) return unauthenticated("session_revoked");
      api.validToken = `token-${(issued += 1)}`;
      return Response.json({ accessToken: api.validToken, expiresIn: 900, user: api.signedIn });
    }
    const token = init.headers.get("authorization")?.slice("Bearer ".length) ?? "";
    api.seen.push(token);
    return token === api.validToken ? Response.json({}) : unauthenticated("token_expired");
  };

  const openTab = (): Session => {
    const session = createSession({
      send,
      alone,
      now: Date.now,
      hint: { isSet: () => isHinted, set: (is) => (isHinted = is) },
      findKnown: () => Promise.resolve(api.known),
      openChannel: (hear) => {
        tabs.add(hear);
        return {
          post: (message) => {
            for (const tab of tabs) if (tab !== hear) setTimeout(() => tab(message), 1);
          },
          close: () => tabs.delete(hear),
        };
      },
    });
    session.start();
    return session;
  };
  return { api, openTab, forgetHint: () => (isHinted = false) };
}

const settle = () => jest.advanceTimersByTimeAsync(1000);
const ask = (session: Session) => session.send("/api/me", { headers: new Headers() }, "user");

describe("the session of a browser", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it("is found by the cookie, and asks for nothing where nobody is known", async () => {
    const browser = openBrowser();
    const tab = browser.openTab();
    await settle();
    expect(tab.getState()).toEqual({ status: "signed_in", user: ada });
    const stranger = openBrowser();
    stranger.forgetHint();
    const visited = stranger.openTab();
    await settle();
    expect(visited.getState().status).toBe("signed_out");
    expect(stranger.api.refreshes).toBe(0);
  });

  it("is not over because the network is", async () => {
    const browser = openBrowser();
    browser.api.isDown = true;
    const tab = browser.openTab();
    await settle();
    expect(tab.getState().status).toBe("unreachable");
    browser.api.isDown = false;
    await tab.ask();
    expect(tab.getState().status).toBe("signed_in");
  });

  it("opens what the browser keeps when the network is gone, and is over when the server says so", async () => {
    const browser = openBrowser();
    browser.api.isDown = true;
    browser.api.known = ada;
    const tab = browser.openTab();
    await settle();
    expect(tab.getState()).toEqual({ status: "offline", user: ada });
    await tab.ask();
    expect(tab.getState().status).toBe("offline");
    browser.api.isDown = false;
    browser.api.signedIn = null;
    await tab.ask();
    expect(tab.getState()).toEqual({ status: "over", user: ada, because: "ended" });
  });

  it("goes on as somebody else only after leaving the pages of whom the browser knew", async () => {
    const browser = openBrowser();
    browser.api.isDown = true;
    browser.api.known = ada;
    const tab = browser.openTab();
    await settle();
    browser.api.isDown = false;
    browser.api.signedIn = ben;
    await tab.ask();
    expect(tab.getState()).toEqual({ status: "over", user: ada, because: "replaced" });
  });

  it("refreshes once for tabs that open together", async () => {
    const browser = openBrowser();
    const tabs = [browser.openTab(), browser.openTab(), browser.openTab()];
    await settle();
    expect(tabs.map((tab) => tab.getState().status)).toEqual([
      "signed_in",
      "signed_in",
      "signed_in",
    ]);
    expect(browser.api.refreshes).toBe(1);
  });

  it("refreshes once for many requests that meet an expired token, in many tabs, and repeats them", async () => {
    const browser = openBrowser();
    const tabs = [browser.openTab(), browser.openTab()];
    await settle();
    browser.api.validToken = "something newer";
    browser.api.refreshes = 0;
    const answers = Promise.all(tabs.flatMap((tab) => [ask(tab), ask(tab), ask(tab)]));
    await settle();
    expect((await answers).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(browser.api.refreshes).toBe(1);
  });

  it("refreshes before the token expires", async () => {
    const browser = openBrowser();
    browser.openTab();
    await settle();
    await jest.advanceTimersByTimeAsync(845_000);
    expect(browser.api.refreshes).toBe(2);
  });

  it("is over in every tab when the person signs out in one", async () => {
    const browser = openBrowser();
    const [here, there] = [browser.openTab(), browser.openTab()];
    await settle();
    await here.signOut();
    await settle();
    for (const tab of [here, there]) {
      expect(tab.getState()).toEqual({ status: "over", user: ada, because: "signed_out" });
    }
    await expect(ask(there)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("goes on when signing out did not reach the API", async () => {
    const browser = openBrowser();
    const tab = browser.openTab();
    await settle();
    browser.api.isDown = true;
    await expect(tab.signOut()).rejects.toThrow();
    expect(tab.getState().status).toBe("signed_in");
  });

  it("is over when it was revoked, and taken up again by the same person", async () => {
    const browser = openBrowser();
    const tab = browser.openTab();
    await settle();
    browser.api.signedIn = null;
    browser.api.validToken = "";
    const answer = ask(tab).catch((error: unknown) => error);
    await settle();
    expect(await answer).toMatchObject({ code: "unauthenticated" });
    expect(tab.getState()).toMatchObject({ status: "over", because: "ended" });
    tab.accept({ accessToken: "fresh", expiresIn: 900, user: ada });
    expect(tab.getState()).toEqual({ status: "signed_in", user: ada });
  });

  it("does not refresh over and over when none of its tokens is taken (supertokens/supertokens-website#210)", async () => {
    const browser = openBrowser();
    const tab = browser.openTab();
    await settle();
    browser.api.refreshes = 0;
    let asked = 0;
    Object.defineProperty(browser.api, "validToken", {
      get: () => `another-${(asked += 1)}`,
      set: () => undefined,
    });
    const answer = ask(tab);
    await settle();
    expect((await answer).status).toBe(401);
    expect(browser.api.refreshes).toBe(1);
    expect(tab.getState()).toMatchObject({ status: "over" });
  });

  it("asks no more with a cookie that was refused once (supertokens/supertokens-node#790)", async () => {
    const browser = openBrowser();
    const tab = browser.openTab();
    await settle();
    browser.api.signedIn = null;
    browser.api.validToken = "";
    const answer = ask(tab).catch((error: unknown) => error);
    await settle();
    await answer;
    browser.api.refreshes = 0;
    await expect(ask(tab)).rejects.toMatchObject({ code: "unauthenticated" });
    const next = browser.openTab();
    await settle();
    expect(next.getState().status).toBe("signed_out");
    expect(browser.api.refreshes).toBe(0);
  });

  it("never lends a tab of one person the token of another", async () => {
    const browser = openBrowser();
    const [here, there] = [browser.openTab(), browser.openTab()];
    await settle();
    here.accept({ accessToken: "of ben", expiresIn: 900, user: ben });
    await settle();
    expect(here.getState()).toEqual({ status: "signed_in", user: ben });
    expect(there.getState()).toEqual({ status: "over", user: ada, because: "replaced" });
    browser.api.seen.length = 0;
    await expect(ask(there)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(browser.api.seen).toEqual([]);
  });

  it("survives being started, stopped and started, as React's strict mode does", async () => {
    const browser = openBrowser();
    const tab = browser.openTab();
    tab.start()();
    tab.start();
    await settle();
    expect(tab.getState().status).toBe("signed_in");
    expect(browser.api.refreshes).toBe(1);
  });
});
