import * as oidc from "openid-client";
import type { ProviderConfig } from "../../config-providers.ts";
import { AppError } from "../../contract/errors.ts";
import { isHttpsOrLoopback } from "../../lib/loopback.ts";
import { appleSecret } from "./apple-secret.ts";
import type { ProviderName } from "./contract.ts";
import { identityFrom, isIssuer, type Identity } from "./identity.ts";

/**
 * How old, in seconds, a provider's own session may be when it answers. Of the five minutes for which a proof counts most
 * are left then.
 */
const MAX_AGE_SECONDS = 60;
/** How long a provider may take for one answer. */
const PATIENCE_SECONDS = 5;
/** How long what a provider says of itself is believed. */
const METADATA_MS = 3_600_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** What ties a provider's answer to the question: none of it leaves but `state`, the nonce and the verifier's hash. */
export interface Asked {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
}

/** What a provider sent the browser back with. */
export interface ProviderAnswer {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
}

/** Who came back from a provider. */
export interface Redeemed {
  readonly identity: Identity;
  readonly refreshToken: string | undefined;
  /** When the provider last asked them who they are; null when it does not tell. */
  readonly askedAt: Date | null;
}

/** A provider that people can sign in with. Every call throws AppError `provider_unavailable` when it is away. */
export interface Provider {
  readonly name: ProviderName;
  /** What people know it by. */
  readonly label: string;
  /** Whether it can be made to ask anew, and may tell only then when it asked. */
  readonly canAskAnew: boolean;
  /** Where a browser has to go to be asked who it is: anew, for a fresh proof, even where it is signed in there. */
  authorizationUrl(asked: Asked, how?: { readonly anew: boolean }): Promise<string>;
  /**
   * Trades the answer for who it is.
   *
   * @param name - What they are called, where that is told beside the token.
   * @throws AppError `provider_refused` for an answer that is not whole, not to this question, or not from it.
   */
  redeem(answer: ProviderAnswer, asked: Asked, name?: string): Promise<Redeemed>;
  /** Tells it that a refresh token is not needed any more (RFC 7009). */
  revoke(refreshToken: string): Promise<void>;
}

export type Providers = ReadonlyMap<ProviderName, Provider>;

/** The providers that are configured. Nothing is asked of them before somebody wants to sign in. */
export function openProviders(
  configs: readonly ProviderConfig[],
  deps: { readonly appUrl: string; readonly clock: () => Date },
): Providers {
  return new Map(configs.map((config) => [config.name, openProvider(config, deps)]));
}

const LABELS = { google: "Google", microsoft: "Microsoft", apple: "Apple" } as const;

function openProvider(
  config: ProviderConfig,
  { appUrl, clock }: { readonly appUrl: string; readonly clock: () => Date },
): Provider {
  const { name } = config;
  const redirectUri = `${appUrl}/api/auth/oauth/${name}/callback`;
  const discovered = discovery(config, clock);
  return {
    name,
    label: name === "oidc" ? config.label : LABELS[name],
    canAskAnew: canAskAnew(name),
    authorizationUrl: (asked, { anew } = { anew: false }) =>
      judged(async () => {
        const parameters = {
          redirect_uri: redirectUri,
          scope: name === "apple" ? "openid email name" : "openid email profile",
          state: asked.state,
          nonce: asked.nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(asked.verifier),
          code_challenge_method: "S256",
          // Apple gives an address and a name by a form only.
          ...(name === "apple" ? { response_mode: "form_post" } : {}),
          ...(name === "google" ? { claims: TELL_WHEN } : {}),
          ...(anew && canAskAnew(name) ? { max_age: String(MAX_AGE_SECONDS) } : {}),
        };
        return oidc.buildAuthorizationUrl(await discovered(), parameters).href;
      }),
    redeem: (answer, asked, personName) =>
      judged(async () => {
        const configuration = await discovered();
        const url = new URL(redirectUri);
        for (const [key, value] of Object.entries(answer)) {
          if (value !== undefined) url.searchParams.set(key, String(value));
        }
        const tokens = await oidc.authorizationCodeGrant(configuration, url, {
          expectedState: asked.state,
          expectedNonce: asked.nonce,
          pkceCodeVerifier: asked.verifier,
          idTokenExpected: true,
        });
        const claims = await completeClaims(configuration, tokens);
        if (!isIssuer(configuration.serverMetadata().issuer, claims)) throw refused();
        const identity = identityFrom(name, claims, personName);
        if (config.name === "microsoft" && !isAllowed(config.tenants, identity)) throw refused();
        return { identity, refreshToken: tokens.refresh_token, askedAt: askedAtFrom(claims) };
      }),
    revoke: (refreshToken) =>
      judged(async () => {
        await oidc.tokenRevocation(await discovered(), refreshToken, {
          token_type_hint: "refresh_token",
        });
      }),
  };
}

/**
 * By `max_age` a provider asks anew, and has to tell when it did (OpenID Connect Core §3.1.2.1). Google does not know it,
 * and tells to whom it has allowed it (developers.google.com/identity/siwg/security-bundle). Apple asks each time, and tells.
 */
const canAskAnew = (name: ProviderName) => name === "microsoft" || name === "oidc";
const TELL_WHEN = JSON.stringify({ id_token: { auth_time: { essential: true } } });

function askedAtFrom({ auth_time: seconds }: Readonly<Record<string, unknown>>): Date | null {
  const askedAt = new Date(typeof seconds === "number" ? seconds * 1000 : Number.NaN);
  return Number.isNaN(askedAt.getTime()) ? null : askedAt;
}

const isAllowed = (tenants: readonly string[], { issuer }: Identity) =>
  tenants.length === 0 || tenants.includes(issuer);

/** The claims of the ID token; the address and the name from the user info where the token has no address. */
async function completeClaims(
  configuration: oidc.Configuration,
  tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>,
): Promise<Record<string, unknown>> {
  const claims = tokens.claims();
  if (claims === undefined) throw refused();
  const { userinfo_endpoint: endpoint } = configuration.serverMetadata();
  if (claims["email"] !== undefined || endpoint === undefined) return claims;
  const info = await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
  const { email, email_verified, name } = info;
  return { name, ...claims, email, email_verified };
}

/** Microsoft's issuer is a template, which openid-client knows by this address alone. */
const ENTRA = "https://login.microsoftonline.com/common/v2.0";
const DOCUMENT = "/.well-known/openid-configuration";

/** Finds out where a provider's endpoints are: when first needed, once for all who wait, and anew after an hour. */
function discovery(config: ProviderConfig, clock: () => Date): () => Promise<oidc.Configuration> {
  const { issuer, clientId } = config;
  const isMicrosoft = config.name === "microsoft";
  const secret =
    config.name === "apple"
      ? appleSecret(config, clock)
      : () => Promise.resolve(config.clientSecret);
  let current = "";
  const authentication: oidc.ClientAuth = (_server, client, body) => {
    body.set("client_id", client.client_id);
    body.set("client_secret", current);
  };
  const customFetch: oidc.CustomFetch = (url, options) =>
    boundedFetch(isMicrosoft && url === ENTRA + DOCUMENT ? issuer + DOCUMENT : url, options);

  const discover = async () => {
    const found = await oidc.discovery(
      new URL(isMicrosoft ? ENTRA : issuer),
      clientId,
      undefined,
      authentication,
      {
        timeout: PATIENCE_SECONDS,
        [oidc.customFetch]: customFetch,
        execute: [
          // An id token comes from the provider by TLS; its signature is looked at all the same.
          oidc.enableNonRepudiationChecks,
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- the configuration takes http on loopback only
          ...(issuer.startsWith("http:") ? [oidc.allowInsecureRequests] : []),
        ],
      },
    );
    if (!isOwn(found.serverMetadata().issuer, issuer))
      throw new Error("another provider's document");
    return found;
  };

  let known: { readonly configuration: oidc.Configuration; readonly at: number } | undefined;
  let running: Promise<oidc.Configuration> | undefined;
  const renew = () =>
    (running ??= discover()
      .then((configuration) => {
        known = { configuration, at: performance.now() };
        return configuration;
      })
      .finally(() => (running = undefined)));
  return async () => {
    current = await secret();
    if (known !== undefined && performance.now() - known.at < METADATA_MS) {
      return known.configuration;
    }
    try {
      return await renew();
    } catch (error) {
      // What it said an hour ago is better than nothing.
      if (known !== undefined) return known.configuration;
      throw new AppError("provider_unavailable", { cause: error, retryAfterSeconds: 5 });
    }
  };
}

/** Whether the issuer of a document is the configured one: by the letter, or Microsoft's template for it. */
function isOwn(issuer: string, configured: string): boolean {
  const template = configured.replace(/\/(common|organizations|consumers)(?=\/|$)/, "/{tenantid}");
  return issuer === configured || issuer === template;
}

/** Reads no more than an answer can be long, and speaks in the clear to this machine alone. */
async function boundedFetch(url: string, options: oidc.CustomFetchOptions): Promise<Response> {
  if (!isHttpsOrLoopback(url)) throw new TypeError("an endpoint that is not https");
  const response = await fetch(url, options as RequestInit);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body as AsyncIterable<Uint8Array> | null) ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new TypeError("an answer that is too long");
    chunks.push(chunk);
  }
  const { status, headers } = response;
  return new Response(chunks.length === 0 ? null : Buffer.concat(chunks), { status, headers });
}

const refused = (cause?: unknown) => new AppError("provider_refused", { cause });

/** What openid-client says when an answer is none at all, rather than one that is not right. */
const AWAY = new Set([
  "OAUTH_TIMEOUT",
  "OAUTH_ABORT",
  "OAUTH_PARSE_ERROR",
  "OAUTH_RESPONSE_IS_NOT_JSON",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
]);

/** Whatever goes wrong with a provider leaves here as one of two codes: its own words go nowhere. */
async function judged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isAway(error)) {
      throw new AppError("provider_unavailable", { cause: error, retryAfterSeconds: 5 });
    }
    throw refused(error);
  }
}

function isAway(error: unknown): boolean {
  if (error instanceof oidc.ResponseBodyError) return error.status >= 500;
  // What fetch throws when there is no connection, or it breaks.
  if (error instanceof TypeError) return !("code" in error);
  return error instanceof oidc.ClientError && AWAY.has(error.code ?? "");
}
