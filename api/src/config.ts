import { readFileSync } from "node:fs";
import * as z from "zod";

/** A configuration the server must not start with. Names every fault by its variable, and no value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const KEY_BYTES = 32;

const key = z
  .string()
  .refine(
    (text) => Buffer.from(text.trim(), "base64url").length >= KEY_BYTES,
    `must be at least ${KEY_BYTES} random bytes as base64url (openssl rand -base64 ${KEY_BYTES})`,
  )
  .transform((text) => Buffer.from(text.trim(), "base64url"));

const port = z.coerce.number().int().min(0).max(65_535);

const databaseUrl = z
  .url({ protocol: /^mysql$/, error: "must be a URL, mysql://user:password@host:port/database" })
  .transform((text) => {
    const url = new URL(text);
    return {
      host: url.hostname,
      port: Number(url.port || 3306),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
  });

export type DatabaseAddress = z.output<typeof databaseUrl>;

const origin = z
  .url({ protocol: /^https?$/, error: "must be an http(s) origin, such as https://timos.example" })
  .transform((text) => new URL(text).origin);

/** Cookies without `Secure` are for this machine alone. */
const appUrl = origin.refine(
  (url) =>
    url.startsWith("https:") || /^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/.test(url),
  "must be https, except on this machine's own loopback address",
);

const list = <S extends z.ZodType<string, string>>(item: S) =>
  z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(item));

const signingKeys = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue("must be a JSON Web Key Set");
      return z.NEVER;
    }
  })
  .pipe(
    z.object({
      keys: z
        .array(
          z.object({
            kty: z.literal("EC"),
            crv: z.literal("P-256"),
            kid: z.string().min(1),
            x: z.string(),
            y: z.string(),
            d: z.string().exactOptional(),
            status: z.enum(["active", "verify"]),
          }),
        )
        .refine(
          (keys) => keys.filter((k) => k.status === "active" && k.d !== undefined).length === 1,
          "must have exactly one active key, with its private part",
        ),
    }),
  );

export type SigningKeys = z.output<typeof signingKeys>["keys"];

const Environment = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  API_HOST: z.string().default("127.0.0.1"),
  API_PORT: port.default(4000),
  API_SOCKET: z.string().optional(),
  APP_URL: appUrl,
  WEB_ORIGINS: list(origin),
  TRUST_PROXY: list(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()])),
  PLATFORM_DATABASE_URL: databaseUrl,
  VAULT_DATABASE_URL: databaseUrl,
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must be a URL, redis://host:port" }),
  KEYRING_FILE: z.string().min(1),
  TOKEN_KEY: key,
  PASSWORD_PEPPER: key,
  JWT_KEYS: signingKeys,
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().default("TimOS <timos@localhost>"),
  OUTBOX_DIR: z.string().optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "silent"]).default("info"),
});

/**
 * Reads the configuration from `env`. Any variable may be given as `<NAME>_FILE`, the path of a file that holds it.
 *
 * @throws {@link ConfigError} naming all faults together.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(Environment.shape)) {
    const file = env[`${name}_FILE`];
    if (file !== undefined && file !== "") {
      try {
        values[name] = readFileSync(file, "utf8").trim();
      } catch {
        faults.push(`${name}_FILE: cannot be read`);
      }
    } else if (env[name] !== undefined && env[name] !== "") {
      values[name] = env[name];
    }
  }
  const parsed = Environment.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      if (!faults.some((fault) => fault.startsWith(`${name}_FILE:`))) {
        faults.push(`${name}: ${name in values ? issue.message : "is not set"}`);
      }
    }
  }
  if (!("SMTP_URL" in values || "OUTBOX_DIR" in values)) {
    faults.push("SMTP_URL: is not set, nor is OUTBOX_DIR, so that mail has nowhere to go");
  }
  if (faults.length > 0 || !parsed.success) {
    throw new ConfigError(
      `The configuration has faults:\n${faults.map((f) => `  ${f}`).join("\n")}`,
    );
  }
  const e = parsed.data;
  return {
    isProduction: e.NODE_ENV === "production",
    logLevel: e.LOG_LEVEL,
    http: {
      host: e.API_HOST,
      port: e.API_PORT,
      socket: e.API_SOCKET,
      appUrl: e.APP_URL,
      origins: [e.APP_URL, ...e.WEB_ORIGINS],
      trustedProxies: e.TRUST_PROXY,
    },
    platform: { database: e.PLATFORM_DATABASE_URL },
    vault: { database: e.VAULT_DATABASE_URL, keyringFile: e.KEYRING_FILE },
    redisUrl: e.REDIS_URL,
    auth: { tokenKey: e.TOKEN_KEY, pepper: e.PASSWORD_PEPPER, signingKeys: e.JWT_KEYS.keys },
    mail: { smtpUrl: e.SMTP_URL, from: e.MAIL_FROM, outboxDir: e.OUTBOX_DIR },
  } as const;
}

export type Config = ReturnType<typeof readConfig>;
