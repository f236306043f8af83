import type { ProviderName } from "../../src/features/oauth/contract.ts";
import { openTestApp, type TestApp } from "../app.ts";
import type { Reply } from "../people.ts";
import { openBrowser, type Browser } from "./browser.ts";
import { startProvider, type Scene, type TestProvider } from "./provider.ts";

/** An API with all providers, each a process of its own. Its clock is right: the providers' are, too. */
export interface Site {
  readonly app: TestApp;
  readonly providers: Readonly<Record<ProviderName, TestProvider>>;
  /** Begins a sign-in. @returns where the browser has to go. */
  start(browser: Browser, provider: ProviderName, body?: object): Promise<string>;
  /** Signs in by a provider. @returns the page of ours that the browser ends at. */
  signIn(provider: ProviderName, scene: Scene, browser?: Browser, body?: object): Promise<URL>;
  close(): Promise<void>;
}

const NAMES = ["google", "microsoft", "apple", "oidc"] as const;

export async function openSite(environment: Readonly<Record<string, string>> = {}): Promise<Site> {
  const started = await Promise.all(
    NAMES.map(async (name) => [name, await startProvider(name)] as const),
  );
  const providers = Object.fromEntries(started) as Record<ProviderName, TestProvider>;
  const configured = started.map(([, provider]) => provider.environment);
  const app = await openTestApp(
    Object.assign({ TRUST_PROXY: "127.0.0.1" }, ...configured, environment) as Record<
      string,
      string
    >,
  );
  app.clock.now = new Date();
  const start = async (browser: Browser, provider: ProviderName, body: object = {}) => {
    const reply = await browser.call("POST", `/api/auth/oauth/${provider}/start`, { body });
    if (reply.status !== 200) throw new Error(`start: ${JSON.stringify(reply.body)}`);
    return String(reply.body["url"]);
  };
  return {
    app,
    providers,
    start,
    signIn: async (provider, scene, browser = openBrowser(app), body = {}) => {
      await providers[provider].set(scene);
      providers[provider].forget(browser.jar);
      return browser.go(await start(browser, provider, body));
    },
    close: async () => {
      await app.close();
      await Promise.all(Object.values(providers).map((provider) => provider.stop()));
    },
  };
}

/** What the page does at the end of a sign-in: asks for an access token, with the cookies alone. */
export const refresh = (browser: Browser): Promise<Reply> =>
  browser.call("POST", "/api/auth/refresh", { body: {} });

/** Calls the API with the access token of whoever is signed in in a browser. */
export async function asMe(browser: Browser, method: string, path: string, body?: unknown) {
  const { body: result, status } = await refresh(browser);
  if (status !== 200) throw new Error(`nobody is signed in: ${JSON.stringify(result)}`);
  return browser.call(method, path, {
    ...(body === undefined ? {} : { body }),
    headers: { authorization: `Bearer ${String(result["accessToken"])}` },
  });
}
