import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import * as z from "zod";
import { missingProviderVariables, providersOf, ProviderVariables } from "./config-providers.ts";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./features/auth/contract.ts";
import { isHttpsOrLoopback } from "./lib/loopback.ts";

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

/** Several of them, after commas. */
const keys = z
  .string()
  .default("")
  .transform((text) => text.split(",").filter((part) => part.trim() !== ""))
  .pipe(z.array(key));

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
  isHttpsOrLoopback,
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

/** The providers of master keys, as they stand before the colon of a reference, and the variable that configures each. */
const KEY_VARIABLES = {
  local: "KEYRING_FILE",
  pkcs11: "PKCS11_KEY",
  awskms: "AWS_KMS_KEY_ID",
  gcpkms: "GCP_KMS_KEY",
  vault: "VAULT_TRANSIT_KEY",
} as const;

/** What else a provider cannot do without, once it has a key. */
const KEY_NEEDS = {
  pkcs11: ["PKCS11_MODULE", "PKCS11_TOKEN", "PKCS11_PIN"],
  vault: ["VAULT_ADDR", "VAULT_TOKEN"],
} as const;

/** `dek_wraps.mek_ref` holds no more. */
const LONGEST_REFERENCE = 191;

/** Names of master keys: the first makes new wraps, the others only unwrap. */
const keyNames = (provider: keyof typeof KEY_VARIABLES, pattern: RegExp, words: string) =>
  list(
    z
      .string()
      .regex(pattern, words)
      .max(LONGEST_REFERENCE - provider.length - 1, "is too long a name to be stored"),
  );

/** Keys pass through it, so only this machine is spoken to in the clear. */
const serviceUrl = z
  .url({ protocol: /^https?$/, error: "must be an https URL" })
  .refine(isHttpsOrLoopback, "must be https, except on this machine's own loopback address")
  .transform((text) => text.replace(/\/+$/, ""));

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
  MEK_PROVIDER: z
    .enum(Object.keys(KEY_VARIABLES) as (keyof typeof KEY_VARIABLES)[])
    .default("local"),
  KEY_CACHE_SECONDS: z.coerce.number().int().min(1).max(300).optional(),
  KEYS_BACKUP_DAYS: z.coerce.number().int().min(1).max(365).default(7),
  KEYRING_FILE: z.string().optional(),
  PKCS11_MODULE: z.string().optional(),
  PKCS11_TOKEN: z.string().optional(),
  PKCS11_KEY: keyNames("pkcs11", /^[\x21-\x7e]+$/, "must be labels of keys, without spaces"),
  PKCS11_PIN: z.string().optional(),
  AWS_KMS_KEY_ID: keyNames(
    "awskms",
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
    "must be full ARNs of keys (arn:aws:kms:<region>:<account>:key/<id>), not aliases",
  ),
  AWS_KMS_ENDPOINT: serviceUrl.optional(),
  GCP_KMS_KEY: keyNames(
    "gcpkms",
    /^projects\/[\w:.-]+\/locations\/[\w-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/,
    "must be full names of keys (projects/…/locations/…/keyRings/…/cryptoKeys/…)",
  ),
  GCP_KMS_ENDPOINT: serviceUrl.default("https://cloudkms.googleapis.com"),
  VAULT_ADDR: serviceUrl.optional(),
  VAULT_TOKEN: z.string().optional(),
  VAULT_TRANSIT_KEY: keyNames("vault", /^[\w-]+(\/[\w-][\w.-]*)+$/, "must be <mount>/<key>"),
  TOKEN_KEY: key,
  FORMER_TOKEN_KEYS: keys,
  PASSWORD_PEPPER: key,
  PASSWORD_MIN_LENGTH: z.coerce
    .number()
    .int()
    .min(MIN_PASSWORD_LENGTH)
    .max(MAX_PASSWORD_LENGTH / 4)
    .default(MIN_PASSWORD_LENGTH),
  BREACHED_PASSWORDS_FILE: z.string().optional(),
  // No less than the least that OWASP and ASVS 5.0 (appendix C) allow; no more than a sign-in may take.
  ARGON2_MEMORY_KIB: z.coerce.number().int().min(19_456).max(1_048_576).default(19_456),
  ARGON2_PASSES: z.coerce.number().int().min(2).max(10).default(2),
  UV_THREADPOOL_SIZE: z.coerce.number().int().min(1).max(1024).default(4),
  JWT_KEYS: signingKeys,
  ...ProviderVariables,
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().default("TimOS <timos@localhost>"),
  OUTBOX_DIR: z.string().optional(),
  SEARCH_MEMORY_MIB: z.coerce.number().int().min(1).max(1_048_576).default(256),
  WORKER_METRICS_PORT: port.optional(),
  METRICS_TOKEN: z
    .string()
    .min(24, "must be at least 24 characters long (openssl rand -base64 24)")
    .optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "silent"]).default("info"),
});

/** What concerns the keys and the databases they are in. */
const KeysEnvironment = Environment.pick({
  PLATFORM_DATABASE_URL: true,
  VAULT_DATABASE_URL: true,
  MEK_PROVIDER: true,
  KEY_CACHE_SECONDS: true,
  KEYS_BACKUP_DAYS: true,
  KEYRING_FILE: true,
  PKCS11_MODULE: true,
  PKCS11_TOKEN: true,
  PKCS11_KEY: true,
  PKCS11_PIN: true,
  AWS_KMS_KEY_ID: true,
  AWS_KMS_ENDPOINT: true,
  GCP_KMS_KEY: true,
  GCP_KMS_ENDPOINT: true,
  VAULT_ADDR: true,
  VAULT_TOKEN: true,
  VAULT_TRANSIT_KEY: true,
}).extend({ TOKEN_KEY: key.optional(), FORMER_TOKEN_KEYS: keys });

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from `env`. Any variable may be given as `<NAME>_FILE`, the path of a file that holds it.
 *
 * @throws {@link ConfigError} naming all faults together.
 */
export function readConfig(env: Env = process.env) {
  const e = read(Environment, env, (values) => [
    ...("SMTP_URL" in values || "OUTBOX_DIR" in values
      ? []
      : ["SMTP_URL: is not set, nor is OUTBOX_DIR, so that mail has nowhere to go"]),
    ...missingKeyVariables(values),
    ...missingProviderVariables(values),
    ...("WORKER_METRICS_PORT" in values && !("METRICS_TOKEN" in values)
      ? ["METRICS_TOKEN: is not set, and WORKER_METRICS_PORT has nothing to ask for"]
      : []),
  ]);
  return {
    isProduction: e.NODE_ENV === "production",
    logLevel: e.LOG_LEVEL,
    metrics: { token: e.METRICS_TOKEN, workerPort: e.WORKER_METRICS_PORT },
    http: {
      host: e.API_HOST,
      port: e.API_PORT,
      socket: e.API_SOCKET,
      appUrl: e.APP_URL,
      origins: [e.APP_URL, ...e.WEB_ORIGINS],
      trustedProxies: e.TRUST_PROXY,
    },
    platform: { database: e.PLATFORM_DATABASE_URL },
    vault: {
      database: e.VAULT_DATABASE_URL,
      masterKeys: masterKeys(e, env["VAULT_TOKEN_FILE"]),
      keysBackupDays: e.KEYS_BACKUP_DAYS,
      keyCacheSeconds: keyCacheSeconds(e),
    },
    redisUrl: e.REDIS_URL,
    search: { memoryBytes: e.SEARCH_MEMORY_MIB * 1024 * 1024 },
    auth: {
      tokenKey: e.TOKEN_KEY,
      formerTokenKeys: e.FORMER_TOKEN_KEYS,
      pepper: e.PASSWORD_PEPPER,
      signingKeys: e.JWT_KEYS.keys,
      passwordMinLength: e.PASSWORD_MIN_LENGTH,
      breachedPasswordsFile: e.BREACHED_PASSWORDS_FILE,
      argon2: {
        memoryKiB: e.ARGON2_MEMORY_KIB,
        passes: e.ARGON2_PASSES,
        lanes: 1,
        // A core is left for requests, and one of libuv's threads for files and names.
        atOnce: Math.max(1, Math.min(availableParallelism(), e.UV_THREADPOOL_SIZE) - 1),
      },
    },
    providers: providersOf(e),
    mail: { smtpUrl: e.SMTP_URL, from: e.MAIL_FROM, outboxDir: e.OUTBOX_DIR },
  } as const;
}

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads what a command on keys needs, which can do without the rest.
 *
 * @throws {@link ConfigError} naming all faults together.
 */
export function readKeysConfig(env: Env) {
  const e = read(KeysEnvironment, env, missingKeyVariables);
  return {
    platform: { database: e.PLATFORM_DATABASE_URL },
    vault: {
      database: e.VAULT_DATABASE_URL,
      masterKeys: masterKeys(e, env["VAULT_TOKEN_FILE"]),
      keysBackupDays: e.KEYS_BACKUP_DAYS,
      keyCacheSeconds: keyCacheSeconds(e),
    },
    auth: { tokenKey: e.TOKEN_KEY, formerTokenKeys: e.FORMER_TOKEN_KEYS },
  } as const;
}

export type KeysConfig = ReturnType<typeof readKeysConfig>;

function read<T>(
  schema: z.ZodType<T> & { readonly shape: object },
  env: Env,
  faultsOf: (values: Readonly<Record<string, string>>) => readonly string[],
): T {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
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
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      if (!faults.some((fault) => fault.startsWith(`${name}_FILE:`))) {
        faults.push(`${name}: ${name in values ? issue.message : "is not set"}`);
      }
    }
  }
  faults.push(...faultsOf(values));
  if (faults.length > 0 || !parsed.success) {
    throw new ConfigError(
      `The configuration has faults:\n${faults.map((f) => `  ${f}`).join("\n")}`,
    );
  }
  return parsed.data;
}

type Values = Omit<z.output<typeof KeysEnvironment>, "TOKEN_KEY" | "FORMER_TOKEN_KEYS">;

const keyCacheSeconds = (e: Values) => e.KEY_CACHE_SECONDS ?? (isOverNetwork(e) ? 300 : 60);

/** Each provider that has a key, with what it needs; {@link missingKeyVariables} saw that all of it is there. */
function masterKeys(e: Values, vaultTokenFile: string | undefined) {
  return {
    provider: e.MEK_PROVIDER,
    local: e.KEYRING_FILE === undefined ? undefined : { file: e.KEYRING_FILE },
    pkcs11: configured(e.PKCS11_KEY, {
      module: e.PKCS11_MODULE ?? "",
      token: e.PKCS11_TOKEN ?? "",
      pin: e.PKCS11_PIN ?? "",
    }),
    awskms: configured(e.AWS_KMS_KEY_ID, { endpoint: e.AWS_KMS_ENDPOINT }),
    gcpkms: configured(e.GCP_KMS_KEY, { endpoint: e.GCP_KMS_ENDPOINT }),
    vault: configured(e.VAULT_TRANSIT_KEY, {
      address: e.VAULT_ADDR ?? "",
      // Tokens end and are renewed by an agent, so it is the file that is kept in mind.
      token: vaultTokenFile ? { file: vaultTokenFile } : { value: e.VAULT_TOKEN ?? "" },
    }),
  };
}

const configured = <T extends object>(keys: readonly string[], settings: T) =>
  keys.length === 0 ? undefined : { keys, ...settings };

const isOverNetwork = (e: Values) =>
  [e.AWS_KMS_KEY_ID, e.GCP_KMS_KEY, e.VAULT_TRANSIT_KEY].some((keys) => keys.length > 0);

function missingKeyVariables(values: Readonly<Record<string, string>>): string[] {
  const chosen = Object.entries(KEY_VARIABLES).find(
    ([provider]) => provider === (values["MEK_PROVIDER"] ?? "local"),
  );
  const needed = Object.entries(KEY_NEEDS).flatMap(([provider, names]) =>
    KEY_VARIABLES[provider as keyof typeof KEY_NEEDS] in values ? names : [],
  );
  return [...(chosen === undefined ? [] : [chosen[1]]), ...needed]
    .filter((name) => !(name in values))
    .map((name) => `${name}: is not set`);
}
