import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from "@jest/globals";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { openBrowser, type Browser } from "../../../test/oidc/browser.ts";
import {
  APP_URL,
  startProvider,
  type Scene,
  type TestProvider,
} from "../../../test/oidc/provider.ts";
import { asMe } from "../../../test/oidc/site.ts";
import { linkToken, signUp, type Person } from "../../../test/people.ts";
import type { ProviderConfig } from "../../config-providers.ts";
import type { ProviderName } from "./contract.ts";
import { openProviders, type Provider } from "./providers.ts";

const TENANT = "11111111-2222-4333-8444-555555555555";
const OTHER_TENANT = "99999999-2222-4333-8444-555555555555";
const ASKED = { state: "state", nonce: "nonce", verifier: "v".repeat(43) };
const HOUR_MS = 3_600_000;

let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let jwk: JWK;
beforeAll(async () => {
  keys = await generateKeyPair("RS256");
  jwk = { ...(await exportJWK(keys.publicKey)), kid: "k", use: "sig", alg: "RS256" };
});

describe("a provider", () => {
  /** Of the worst kind: it answers whatever the test says. */
  let server: Server;
  let base: string;
  /** What the document says that is not so of a provider in order. */
  let metadata: Record<string, unknown>;
  let claims: Record<string, unknown>;
  let token: { status: number; body?: string } | undefined;
  let asked: string[];

  const listen = (port = 0) => once(server.listen(port, "127.0.0.1"), "listening");
  const close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  const idToken = () => {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: base, sub: "s", aud: "client", nonce: "nonce", iat: now, exp: now + 60 };
    return new SignJWT({ ...all, ...claims })
      .setProtectedHeader({ alg: "RS256", kid: "k" })
      .sign(keys.privateKey);
  };
  const answerTo = async (path: string): Promise<{ status: number; body?: string }> => {
    const json = (body: object) => ({ status: 200, body: JSON.stringify(body) });
    if (path === "/jwks") return json({ keys: [jwk] });
    if (path === "/token") {
      const tokens = { access_token: "a", token_type: "bearer", id_token: await idToken() };
      return token ?? json(tokens);
    }
    return json({
      issuer: base,
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      jwks_uri: `${base}/jwks`,
      ...metadata,
    });
  };

  beforeEach(async () => {
    [metadata, claims, token, asked] = [{}, {}, undefined, []];
    server = createServer((request, response) => {
      const path = request.url ?? "";
      asked.push(path);
      void answerTo(path).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      });
    });
    await listen();
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    if (server.listening) await close();
  });

  const client = { clientId: "client", clientSecret: "secret" };
  const open = (config: ProviderConfig): Provider => {
    const provider = openProviders([config], { appUrl: APP_URL, clock: () => new Date() });
    const found = provider.get(config.name);
    if (found === undefined) throw new Error("not configured");
    return found;
  };
  const own = () => open({ name: "oidc", label: "Own", issuer: base, ...client });
  const microsoft = (tenants: readonly string[] = []) =>
    open({ name: "microsoft", issuer: `${base}/common/v2.0`, tenants, ...client });
  const redeem = (provider: Provider) => provider.redeem({ code: "c", state: "state" }, ASKED);
  const away = { code: "provider_unavailable", particulars: { retryAfterSeconds: 5 } };
  const awayFor = (message: string) => {
    const cause = expect.objectContaining({ message }) as unknown;
    return { ...away, particulars: { ...away.particulars, cause } };
  };
  const documents = () => asked.filter((path) => path.endsWith("/openid-configuration")).length;

  it("that is down is away, and works once it has started", async () => {
    const provider = own();
    const port = Number(new URL(base).port);
    await close();
    await expect(provider.authorizationUrl(ASKED)).rejects.toMatchObject(away);
    await listen(port);
    expect(await provider.authorizationUrl(ASKED)).toContain(`${base}/authorize?`);
  });

  it("that goes down before it gives a token is away, not refused", async () => {
    const provider = own();
    await provider.authorizationUrl(ASKED);
    await close();
    // Its TypeError is Node's own: in Jest's realm it would be an instance of nothing that the library knows.
    const real = globalThis.fetch;
    jest.spyOn(globalThis, "fetch").mockImplementation((...request) =>
      real(...request).catch((error: unknown) => {
        throw new TypeError("fetch failed", { cause: error });
      }),
    );
    await expect(redeem(provider)).rejects.toMatchObject(away);
  });

  it("is asked for its document once by all who wait, and again after an hour", async () => {
    const provider = own();
    await Promise.all([1, 2, 3].map(() => provider.authorizationUrl(ASKED)));
    await provider.authorizationUrl(ASKED);
    expect(documents()).toBe(1);
    const later = performance.now() + HOUR_MS;
    jest.spyOn(performance, "now").mockReturnValue(later);
    metadata = { authorization_endpoint: `${base}/moved` };
    expect(await provider.authorizationUrl(ASKED)).toContain(`${base}/moved?`);
    expect(documents()).toBe(2);
  });

  it("that cannot say anew where its endpoints are is taken at its word of an hour ago", async () => {
    const provider = own();
    const before = await provider.authorizationUrl(ASKED);
    const later = performance.now() + HOUR_MS;
    jest.spyOn(performance, "now").mockReturnValue(later);
    await close();
    expect(await provider.authorizationUrl(ASKED)).toBe(before);
  });

  it("is given no code where its document names an endpoint in the clear on another machine", async () => {
    metadata = { token_endpoint: "http://provider.example/token" };
    await expect(redeem(own())).rejects.toMatchObject(awayFor("an endpoint that is not https"));
  });

  it("that never stops talking is not listened to", async () => {
    token = { status: 200, body: JSON.stringify({ access_token: "a".repeat(300 * 1024) }) };
    await expect(redeem(own())).rejects.toMatchObject(awayFor("an answer that is too long"));
  });

  it("that answers nothing to a code is away", async () => {
    token = { status: 204 };
    await expect(redeem(own())).rejects.toMatchObject(away);
  });

  it("that says no to a code has refused", async () => {
    token = { status: 400, body: JSON.stringify({ error: "invalid_grant" }) };
    await expect(redeem(own())).rejects.toMatchObject({ code: "provider_refused" });
  });

  it("of a directory signs in its own people, and nobody of another directory", async () => {
    metadata = { issuer: `${base}/{tenantid}/v2.0` };
    const of = (tid: string) => ({ iss: `${base}/${tid}/v2.0`, tid, oid: "o" });
    claims = of(TENANT);
    const { identity } = await redeem(microsoft([TENANT]));
    expect(identity).toMatchObject({ issuer: TENANT, subject: "o" });
    claims = of(OTHER_TENANT);
    await expect(redeem(microsoft([TENANT]))).rejects.toMatchObject({ code: "provider_refused" });
    await expect(redeem(microsoft())).resolves.toBeDefined();
  });

  it("of Microsoft's kind takes no token whose issuer is a directory that it does not name", async () => {
    metadata = { issuer: `${base}/{tenantid}/v2.0` };
    // What a template filled in with a claim that is missing comes to.
    claims = { iss: `${base}/undefined/v2.0`, oid: "o" };
    await expect(redeem(microsoft())).rejects.toMatchObject({
      code: "provider_refused",
      // By us: the library lets it through.
      particulars: { cause: undefined },
    });
  });

  it("of Microsoft's kind with another's document is away", async () => {
    metadata = { issuer: "https://evil.example/{tenantid}/v2.0" };
    await expect(microsoft().authorizationUrl(ASKED)).rejects.toMatchObject(
      awayFor("another provider's document"),
    );
  });
});

describe("where Apple and a provider of one's own are configured", () => {
  let app: TestApp;
  let apple: TestProvider;
  let own: TestProvider;
  beforeAll(async () => {
    [apple, own] = await Promise.all([startProvider("apple"), startProvider("oidc")]);
    app = await openTestApp({
      TRUST_PROXY: "127.0.0.1",
      ...apple.environment,
      ...own.environment,
    });
    // Right, as the providers' are.
    app.clock.now = new Date();
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([apple.stop(), own.stop()]);
  });

  const errorOf = (page: URL) => page.searchParams.get("error");
  const urlOf = async (browser: Browser, name: ProviderName) => {
    const reply = await browser.call("POST", `/api/auth/oauth/${name}/start`, { body: {} });
    return String(reply.body["url"]);
  };
  const signIn = async (browser: Browser, scene: Scene) => {
    await own.set(scene);
    return browser.go(await urlOf(browser, "oidc"));
  };
  const verify = (browser: Browser, token: string) =>
    browser.call("POST", "/api/auth/verify-email", { body: { token } });
  const browserOf = async ({ email, password }: Person) => {
    const browser = openBrowser(app);
    await browser.call("POST", "/api/auth/login", { body: { email, password } });
    return browser;
  };
  const linkingUrl = async (browser: Browser, name: ProviderName) => {
    const path = `/api/auth/oauth/${name}/start`;
    return String((await asMe(browser, "POST", path, { mode: "link" })).body["url"]);
  };
  const listed = async (browser: Browser) =>
    (await asMe(browser, "GET", "/api/auth/oauth/accounts")).body["items"] as { id: string }[];
  const unlink = (browser: Browser, id: string) =>
    asMe(browser, "DELETE", `/api/auth/oauth/accounts/${id}`);

  it("another is not found, neither to begin with nor to come back from", async () => {
    const browser = openBrowser(app);
    const start = await browser.call("POST", "/api/auth/oauth/google/start", { body: {} });
    expect([start.status, start.body["code"]]).toEqual([404, "not_found"]);
    const page = await browser.go(`${APP_URL}/api/auth/oauth/google/callback?code=c&state=s`);
    expect(page.href).toBe(`${APP_URL}/sign-in?error=not_found`);
  });

  it("an identity at another is listed by its name, and can be disconnected", async () => {
    const owner = await signUp(app);
    const browser = await browserOf(owner);
    const id = randomUUID();
    await app.sql(
      "platform",
      `INSERT INTO oauth_accounts (id, tenant_id, user_id, provider, identity, issuer, subject, created_at)
       SELECT ?, tenant_id, id, 'google', ?, 'i', 's', NOW(3) FROM users WHERE email = ?`,
      [id, randomBytes(32), owner.email],
    );
    expect(await listed(browser)).toMatchObject([{ id, label: "google", email: null }]);
    expect((await unlink(browser, id)).status).toBe(204);
    const isTold = () =>
      app.mails().at(-1)?.includes("google cannot sign you in to TimOS any more");
    for (let i = 0; i < 200 && isTold() !== true; i++) await sleep(25);
    expect(isTold()).toBe(true);
    expect(await listed(browser)).toEqual([]);
  });

  it("what Apple posted is not taken at another's door, and is none without a state", async () => {
    const browser = openBrowser(app);
    await apple.set({ sub: "a-door", claims: { email: "door@icloud.com", email_verified: true } });
    const isHandle = (url: URL) => url.searchParams.has("handle");
    const back = await browser.go(await urlOf(browser, "apple"), isHandle);
    const other = back.href.replace("/apple/", "/oidc/");
    expect(errorOf(await browser.go(other))).toBe("gone");
    const bare = await fetch(`${app.url}/api/auth/oauth/apple/callback`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ code: "c" }),
    });
    expect(bare.headers.get("location")).toBe(`${APP_URL}/sign-in?error=gone`);
  });

  it("a fault of ours on the way back is logged, and told as nothing more", async () => {
    const browser = openBrowser(app);
    await own.set({ sub: "fault", claims: {} });
    const url = await urlOf(browser, "oidc");
    await app.sql("platform", "UPDATE auth_challenges SET payload = '{}' WHERE kind = 'oauth'");
    expect((await browser.go(url)).href).toBe(`${APP_URL}/sign-in?error=internal`);
    expect(app.logged()).toContain("a sign-in failed");
  });

  it("an identity is connected with nobody when the journey has lost who began it", async () => {
    const browser = await browserOf(await signUp(app));
    await own.set({ sub: "nobody", claims: {} });
    const url = await linkingUrl(browser, "oidc");
    await app.sql("platform", "UPDATE auth_challenges SET user_id = NULL WHERE kind = 'oauth'");
    expect(errorOf(await browser.go(url))).toBe("session_revoked");
    expect(await listed(browser)).toEqual([]);
  });

  it("one identity that two people connect at once is one's", async () => {
    const people = await Promise.all([browserOf(await signUp(app)), browserOf(await signUp(app))]);
    await own.set({ sub: "both", claims: {} });
    const isCallback = (url: URL) => url.origin === APP_URL;
    const answers: URL[] = [];
    for (const browser of people) {
      answers.push(await browser.go(await linkingUrl(browser, "oidc"), isCallback));
    }
    const pages = await Promise.all(
      people.map((browser, index) => browser.go(answers[index]?.href ?? "")),
    );
    expect(pages.map(errorOf).sort()).toEqual(["identity_already_linked", null]);
    const lists = [await listed(people[0]), await listed(people[1])];
    expect(lists.flat()).toHaveLength(1);
  });

  it("the second link that proves an address makes no second account, and signs nobody in", async () => {
    const email = "twice@works.example";
    const scene = { sub: "twice", claims: { email, email_verified: false } };
    const [first, second] = [openBrowser(app), openBrowser(app)];
    expect(errorOf(await signIn(first, scene))).toBe("email_not_verified");
    const token = linkToken(app, email);
    expect(errorOf(await signIn(second, scene))).toBe("email_not_verified");
    const late = linkToken(app, email);
    expect((await verify(first, token)).status).toBe(200);
    expect((await verify(second, late)).body["code"]).toBe("link_required");
    expect(second.cookie("rt")).toBeUndefined();
  });

  describe("an identity at Apple", () => {
    let browser: Browser;
    let id: string;
    let sub = 0;
    beforeEach(async () => {
      browser = await browserOf(await signUp(app));
      await apple.set({ sub: `a-${++sub}`, claims: {} });
      apple.forget(browser.jar);
      await browser.go(await linkingUrl(browser, "apple"));
      id = (await listed(browser))[0]?.id ?? "";
    });
    const warned = () => app.logged().split("a provider's token was not revoked").length - 1;

    it("is disconnected though its refresh token cannot be opened any more", async () => {
      const before = warned();
      await app.sql("platform", "UPDATE oauth_accounts SET rev = rev + 1 WHERE id = ?", [id]);
      expect((await unlink(browser, id)).status).toBe(204);
      expect(warned()).toBe(before + 1);
      expect(await listed(browser)).toEqual([]);
    });

    it("is disconnected though Apple cannot be told", async () => {
      const before = warned();
      await apple.set({ fails: 503 });
      expect((await unlink(browser, id)).status).toBe(204);
      expect(warned()).toBe(before + 1);
      expect(await listed(browser)).toEqual([]);
    });
  });
});
