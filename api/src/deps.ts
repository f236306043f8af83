import { Redis } from "ioredis";
import type { Config } from "./config.ts";
import { chainKey, type ChainKey } from "./crypto/audit-chain.ts";
import { detailsKey } from "./crypto/audit-details.ts";
import { accessTokens } from "./features/auth/access-token.ts";
import type { AccountDeps } from "./features/account/erase.ts";
import type { AuthDeps } from "./features/auth/deps.ts";
import { authLimits } from "./features/auth/limits.ts";
import { liveSessions } from "./features/auth/live-sessions.ts";
import { passwordHasher } from "./features/auth/passwords.ts";
import { passwordPolicy } from "./features/auth/password-policy.ts";
import { refreshTokens } from "./features/auth/refresh-token.ts";
import { revocationOf } from "./features/oauth/accounts.ts";
import { openProviders } from "./features/oauth/providers.ts";
import { relyingPartyOf } from "./features/passkeys/relying-party.ts";
import { keptTexts, type KeptTexts } from "./features/search/kept-texts.ts";
import type { Checks } from "./features/system/health.ts";
import { RECORD_TABLES } from "./features/vault-tables.ts";
import { openBreachedPasswords } from "./lib/breached-passwords.ts";
import { broadcast, EVERYBODY, FORGET_KEYS } from "./lib/broadcast.ts";
import { openDatabase } from "./lib/database.ts";
import type { Logger } from "./lib/logger.ts";
import { heardLockouts, lockoutFactory } from "./lib/lockout.ts";
import { mailer, type Send } from "./lib/mail.ts";
import { openMetrics, type Metrics, type RedisMeter } from "./lib/metrics.ts";
import { limiterFactory, type LimiterFactory } from "./lib/rate-limit.ts";
import { openPlatform } from "./platform/client.ts";
import { asSystem } from "./platform/tenancy.ts";
import { keyService } from "./vault/key-service.ts";
import { metered } from "./vault/mek/metered.ts";
import { masterKeys } from "./vault/mek/providers.ts";
import type { VaultDeps } from "./vault/user-vault.ts";

/** Everything that the application is made of. */
export interface Deps extends AuthDeps, AccountDeps, VaultDeps {
  readonly config: Config;
  readonly limiter: LimiterFactory;
  readonly metrics: Metrics;
  readonly checks: Checks;
  /** What was opened to be searched. */
  readonly texts: KeptTexts;
  /** Those of the audit's chain: the first makes seals, the others made some. */
  readonly auditKeys: readonly ChainKey[];
  close(): Promise<void>;
}

/**
 * The composition root: opens what the configuration names. Nothing is connected yet when it returns.
 *
 * @throws KeyringError when the master keys cannot be read; BreachedPasswordsError when that list cannot.
 */
export async function openDeps(
  config: Config,
  { logger, clock }: { logger: Logger; clock: () => Date },
): Promise<Deps> {
  const { breachedPasswordsFile } = config.auth;
  const breached =
    breachedPasswordsFile === undefined
      ? undefined
      : await openBreachedPasswords(breachedPasswordsFile);
  const tokenKeys = [config.auth.tokenKey, ...config.auth.formerTokenKeys];
  const metrics = openMetrics(RECORD_TABLES.map(({ table }) => table));
  const meters = metrics.databases;
  const detailsKeys = tokenKeys.map(detailsKey);
  const platform = openPlatform(config.platform.database, detailsKeys, meters.platformModels);
  const platformDatabase = openDatabase(
    config.platform.database,
    "platform_unavailable",
    meters.platform,
  );
  const vaultDatabase = openDatabase(config.vault.database, "vault_unavailable", meters.vault);
  const redis = openRedis(config.redisUrl, logger);
  measure(redis, metrics.redis);
  const meks = metered(await masterKeys(config.vault.masterKeys), metrics.unwraps);
  const keys = keyService(platform, meks, { cacheSeconds: config.vault.keyCacheSeconds, clock });
  const texts = keptTexts(config.search.memoryBytes);
  const forgetHere = (userId: string) => {
    keys.forget(userId);
    texts.forget(userId);
  };
  const evictions = broadcast(redis, FORGET_KEYS, (said) => {
    if (said !== EVERYBODY) {
      forgetHere(said);
      return;
    }
    keys.forgetAll();
    texts.forgetAll();
    sessions.evictAll();
  });
  const sessionChanges = broadcast(redis, "timos:sessions", (said) => {
    sessions.onMessage(said);
    texts.onMessage(said);
  });
  const publish = (said: string) => {
    // Here at once, whether or not Redis hears it.
    texts.onMessage(said);
    return sessionChanges.publish(said);
  };
  const sessions = liveSessions(platformDatabase.execute, { publish }, logger);
  const limiter = limiterFactory(redis, metrics.rateLimited);
  const lockout = heardLockouts(lockoutFactory(redis), metrics.lockedOut);
  const providers = openProviders(config.providers, { appUrl: config.http.appUrl, clock });
  const relyingParty = relyingPartyOf(config.http.origins);
  if (relyingParty === undefined) {
    logger.warn("there are no passkeys: neither APP_URL nor WEB_ORIGINS has a domain name");
  }
  return {
    config,
    logger,
    clock,
    appUrl: config.http.appUrl,
    platform,
    platformDatabase,
    vaultDatabase,
    keysBackupDays: config.vault.keysBackupDays,
    keys,
    tables: RECORD_TABLES,
    forgetKeys: async (userId) => {
      forgetHere(userId);
      // Who does not hear it forgets the keys when their time in memory is over.
      await evictions
        .publish(userId)
        .catch((error: unknown) => logger.warn({ err: error }, "keys were forgotten here only"));
    },
    texts,
    limiter,
    metrics,
    send: counted(mailer(config.mail), metrics.mails),
    mailsToFolder: config.mail.smtpUrl === undefined,
    passwords: await passwordHasher(
      config.auth.pepper,
      config.auth.argon2,
      logger,
      metrics.passwordHashed,
    ),
    passwordPolicy: passwordPolicy({ minLength: config.auth.passwordMinLength, breached }),
    accessTokens: await accessTokens(config.http.appUrl, config.auth.signingKeys),
    refreshTokens: refreshTokens(config.auth.tokenKey),
    sessions,
    limits: authLimits(limiter, lockout, config.auth.tokenKey),
    providers,
    relyingParty,
    openRevocations: (userId, use) =>
      revocationOf({ platform, keys, logger, providers }, userId, use),
    auditKeys: tokenKeys.map(chainKey),
    checks: {
      platform: () => asSystem(() => platform.$queryRaw`SELECT 1`),
      vault: () => vaultDatabase.execute("SELECT 1", []),
      redis: () => redis.ping(),
      keys: () => keys.health(),
    },
    close: async () => {
      texts.close();
      evictions.close();
      sessionChanges.close();
      redis.disconnect();
      await Promise.all([
        platform.$disconnect(),
        platformDatabase.close(),
        vaultDatabase.close(),
        breached?.close(),
      ]);
    },
  };
}

/** Measures what is asked of Redis by this connection. */
function measure(redis: Redis, { took, failed }: RedisMeter): void {
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    const began = performance.now();
    command.promise.then(() => took(command.name, performance.now() - began), failed);
    return send(command, stream);
  };
}

/** The same, and counts what becomes of the mails. */
function counted(send: Send, count: Metrics["mails"]): Send {
  return async (mail) => {
    try {
      await send(mail);
    } catch (error) {
      count("failed");
      throw error;
    }
    count("sent");
  };
}

/** Redis may come and go: commands fail at once while it is away, and whoever gave them knows what to do then. */
function openRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 750,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 3000),
  });
  let isAway = false;
  redis.on("error", (error: Error) => {
    if (!isAway) logger.warn({ err: error }, "Redis is away");
    isAway = true;
  });
  redis.on("ready", () => {
    isAway = false;
  });
  return redis;
}
