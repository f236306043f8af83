// A real OpenID provider on loopback, dressed up as Google, Microsoft, Apple or one of somebody's own. Started as a
// child process, told by messages who signs in next and what to do wrong.
import { createServer } from "node:http";
import {
  calculateJwkThumbprint,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
} from "jose";
import { Provider } from "oidc-provider";

const { kind, clientId, clientSecret, redirectUri, apple } = JSON.parse(process.argv[2] ?? "{}");

/** What the test sets. */
let state = {};
const seen = { revoked: [], authorizations: [], appleSecrets: 0 };

const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const stranger = (await generateKeyPair("RS256")).privateKey;
const jwk = { ...(await exportJWK(privateKey)), use: "sig", alg: "RS256" };
jwk.kid = await calculateJwkThumbprint(jwk);

const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}`;

const isApple = kind === "apple";
const provider = new Provider(base, {
  clients: [
    {
      client_id: clientId,
      // Apple's secret is a token, which is looked at below.
      ...(isApple
        ? { token_endpoint_auth_method: "none" }
        : { client_secret: clientSecret, token_endpoint_auth_method: "client_secret_post" }),
      redirect_uris: [redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code", "refresh_token"],
      // Apple tells it each time, Google whom it has allowed it; the others are asked to.
      require_auth_time: isApple || kind === "google",
    },
  ],
  jwks: { keys: [jwk] },
  pkce: { required: () => true },
  scopes: ["openid", "email", "profile", "name", "offline_access"],
  claims: {
    openid: ["sub", "tid", "oid", "xms_edov", "hd"],
    email: ["email", "email_verified", "is_private_email"],
    profile: ["name"],
  },
  conformIdTokenClaims: false,
  issueRefreshToken: () => isApple,
  cookies: { keys: ["only for tests"] },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...state.claims }),
  }),
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true, allowedPolicy: () => true },
  },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  renderError: (ctx, out) => {
    ctx.body = out;
  },
});
provider.use(costume);
// Nobody is asked anything: whoever comes is who the test says, and agrees.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (state.refuses) {
    const result = { error: "access_denied", error_description: "<b>no</b>" };
    await provider.interactionFinished(ctx.req, ctx.res, result);
  } else if (prompt.name === "login") {
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: state.sub } });
  } else {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope("openid email profile name offline_access");
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(
      ctx.req,
      ctx.res,
      { consent },
      { mergeWithLastSubmission: true },
    );
  }
  ctx.respond = false;
});

/** Where Microsoft's issuer is a template, the directory's id stands in its place in tokens. */
const issuerOf = (claims) => (state.template ? `${base}/${claims.tid}/v2.0` : base);

async function rewriteIdToken(token) {
  const claims = decodeJwt(token);
  const all = { ...claims, iss: issuerOf(claims), ...state.idToken };
  const changed = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  const key = state.forge ? stranger : await importJWK(jwk, "RS256");
  return new SignJWT(changed).setProtectedHeader({ alg: "RS256", kid: jwk.kid }).sign(key);
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** What Apple does: refuses a secret that is not a fresh token signed by us. */
async function checkAppleSecret(secret) {
  const key = await importJWK(apple.publicJwk, "ES256");
  const { payload, protectedHeader } = await jwtVerify(secret, key, {
    algorithms: ["ES256"],
    issuer: apple.teamId,
    subject: clientId,
    audience: base,
  });
  if (protectedHeader.kid !== apple.keyId) throw new Error("another key");
  if (payload.exp - payload.iat > 15_777_000) throw new Error("too long a life");
  seen.appleSecrets++;
}

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What stands before the provider's own: the ways of the one it plays, and what the test wants to go wrong. */
async function costume(ctx, next) {
  if (state.delayMs) await wait(state.delayMs);
  if (state.fails) {
    ctx.status = state.fails;
    ctx.body = "<html>we are sorry</html>";
    return;
  }
  if (ctx.path === "/common/v2.0/.well-known/openid-configuration") {
    ctx.path = "/.well-known/openid-configuration";
  }
  if (ctx.path === "/auth" && ctx.query.client_id) seen.authorizations.push({ ...ctx.query });
  if (ctx.path === "/token" && state.tokenFails) {
    ctx.status = state.tokenFails;
    ctx.body = "<html>we are sorry</html>";
    return;
  }
  if (isApple && ctx.method === "POST" && ctx.path.startsWith("/token")) {
    const form = await bodyOf(ctx.req);
    try {
      await checkAppleSecret(form.get("client_secret") ?? "");
    } catch {
      ctx.status = 401;
      ctx.body = { error: "invalid_client" };
      return;
    }
    form.delete("client_secret");
    if (ctx.path === "/token/revocation") seen.revoked.push(form.get("token"));
    ctx.req.body = form.toString();
    ctx.request.body = Object.fromEntries(form);
  }
  await next();
  if (ctx.path === "/.well-known/openid-configuration" && typeof ctx.body === "object") {
    ctx.body = {
      ...ctx.body,
      ...(state.template ? { issuer: `${base}/{tenantid}/v2.0` } : {}),
      ...state.metadata,
    };
    if (state.template) delete ctx.body.authorization_response_iss_parameter_supported;
  }
  if (ctx.path === "/token" && ctx.body?.id_token) {
    ctx.body = { ...ctx.body, id_token: await rewriteIdToken(ctx.body.id_token) };
  }
  const location = ctx.response.get("location") ?? "";
  if (location.startsWith(redirectUri)) {
    const url = new URL(location);
    if (state.template) url.searchParams.delete("iss");
    for (const [name, value] of Object.entries(state.answer ?? {})) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    ctx.set("location", url.href);
  }
  if (typeof ctx.body === "string" && ctx.body.includes("<form") && state.appleUser) {
    const value = JSON.stringify(state.appleUser).replaceAll('"', "&quot;");
    ctx.body = ctx.body.replace(
      "</form>",
      `<input type="hidden" name="user" value="${value}"/></form>`,
    );
    ctx.remove("content-length");
  }
}
server.on("request", provider.callback());
process.on("message", (message) => {
  if (message.set) state = message.set;
  process.send({ id: message.id, seen });
});
process.on("disconnect", () => process.exit(0));
process.send({ base });
