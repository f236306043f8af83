import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { testEnvironment } from "../test/app.ts";
import { ConfigError, readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "timos-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const good = testEnvironment(folder);

function refusalOf(environment: Record<string, string | undefined>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("the configuration", () => {
  it("is grouped by use", () => {
    const config = readConfig({
      ...good,
      APP_URL: "https://timos.example/",
      TRUST_PROXY: "10.0.0.0/8, ::1",
    });
    expect(config.http).toMatchObject({
      appUrl: "https://timos.example",
      origins: ["https://timos.example"],
      trustedProxies: ["10.0.0.0/8", "::1"],
    });
    expect(config.auth.tokenKey).toHaveLength(32);
    expect(config.isProduction).toBe(false);
  });

  it("names all that is missing at once", () => {
    const message = refusalOf({});
    for (const name of [
      "APP_URL",
      "PLATFORM_DATABASE_URL",
      "VAULT_DATABASE_URL",
      "REDIS_URL",
      "KEYRING_FILE",
      "TOKEN_KEY",
      "PASSWORD_PEPPER",
      "JWT_KEYS",
      "SMTP_URL",
    ]) {
      expect(message).toContain(`${name}: is not set`);
    }
  });

  it("has no default for any secret, and takes none that is empty", () => {
    for (const name of ["TOKEN_KEY", "PASSWORD_PEPPER", "JWT_KEYS"]) {
      expect(refusalOf({ ...good, [name]: "" })).toContain(`${name}: is not set`);
    }
  });

  it.each([
    ["TOKEN_KEY", "c2hvcnQ"],
    ["PASSWORD_PEPPER", "x".repeat(40)],
    ["JWT_KEYS", "not json"],
    ["JWT_KEYS", '{"keys":[]}'],
    ["PLATFORM_DATABASE_URL", "postgres://app:hunter2@db/timos"],
    ["REDIS_URL", "http://redis"],
    ["PASSWORD_MIN_LENGTH", "11"],
    ["PASSWORD_MIN_LENGTH", "a dozen"],
    ["ARGON2_MEMORY_KIB", "19455"],
    ["ARGON2_PASSES", "1"],
    ["APP_URL", "no-origin-at-all"],
    ["APP_URL", "http://timos.example"],
    ["APP_URL", "http://127.evil.example"],
    ["API_PORT", "70000"],
    ["TRUST_PROXY", "everyone"],
    ["WEB_ORIGINS", "https://a.example, *"],
    ["NODE_ENV", "prod"],
    ["LOG_LEVEL", "loud"],
  ])("refuses %s=%s by its name, without its value", (name, value) => {
    const message = refusalOf({ ...good, [name]: value });
    expect(message).toContain(`${name}: `);
    expect(message).not.toContain("hunter2");
    if (value.length > 6) expect(message).not.toContain(value);
  });

  it("takes any variable from a file, and says which file cannot be read", () => {
    const file = join(folder, "pepper");
    writeFileSync(file, `${good["PASSWORD_PEPPER"] ?? ""}\n`);
    const { PASSWORD_PEPPER: pepper = "", ...rest } = good;
    const config = readConfig({ ...rest, PASSWORD_PEPPER_FILE: file });
    expect(config.auth.pepper).toEqual(Buffer.from(pepper, "base64url"));
    expect(refusalOf({ ...rest, PASSWORD_PEPPER_FILE: join(folder, "none") })).toContain(
      "PASSWORD_PEPPER_FILE: cannot be read",
    );
  });

  it("needs somewhere for mail to go", () => {
    expect(refusalOf({ ...good, OUTBOX_DIR: undefined })).toContain("SMTP_URL: is not set");
    expect(
      readConfig({ ...good, OUTBOX_DIR: undefined, SMTP_URL: "smtp://mail:25" }).mail.smtpUrl,
    ).toBe("smtp://mail:25");
  });
});

const ARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const GCP_NAME = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
const PKCS11 = { PKCS11_MODULE: "/m.so", PKCS11_TOKEN: "t", PKCS11_KEY: "k", PKCS11_PIN: "1234" };
const VAULT = {
  VAULT_TRANSIT_KEY: "transit/k",
  VAULT_ADDR: "https://v.example/",
  VAULT_TOKEN: "s",
};

describe("the configuration of master keys", () => {
  it("is a keyring file unless it says otherwise, and keeps keys for a minute", () => {
    const { vault } = readConfig(good);
    expect(vault.masterKeys).toEqual({
      provider: "local",
      local: { file: good["KEYRING_FILE"] },
      pkcs11: undefined,
      awskms: undefined,
      gcpkms: undefined,
      vault: undefined,
    });
    expect(vault.keyCacheSeconds).toBe(60);
  });

  it("may be of every provider at once, with several keys of each", () => {
    const { vault } = readConfig({
      ...good,
      ...PKCS11,
      ...VAULT,
      MEK_PROVIDER: "awskms",
      AWS_KMS_KEY_ID: `${ARN}, ${ARN}0`,
      GCP_KMS_KEY: GCP_NAME,
    });
    expect(vault.masterKeys).toMatchObject({
      provider: "awskms",
      local: { file: good["KEYRING_FILE"] },
      pkcs11: { module: "/m.so", token: "t", keys: ["k"], pin: "1234" },
      awskms: { keys: [ARN, `${ARN}0`], endpoint: undefined },
      gcpkms: { keys: [GCP_NAME], endpoint: "https://cloudkms.googleapis.com" },
      vault: { keys: ["transit/k"], address: "https://v.example", token: { value: "s" } },
    });
    expect(vault.keyCacheSeconds).toBe(300);
    expect(readConfig({ ...good, ...PKCS11 }).vault.keyCacheSeconds).toBe(60);
    expect(readConfig({ ...good, KEY_CACHE_SECONDS: "5" }).vault.keyCacheSeconds).toBe(5);
  });

  it("needs no keyring where another provider is chosen", () => {
    const { KEYRING_FILE: _, ...rest } = good;
    expect(readConfig({ ...rest, ...VAULT, MEK_PROVIDER: "vault" }).vault.masterKeys.local).toBe(
      undefined,
    );
    expect(refusalOf({ ...rest, ...VAULT })).toContain("KEYRING_FILE: is not set");
  });

  it("keeps in mind where a token lies that others renew", () => {
    const file = join(folder, "token");
    writeFileSync(file, "hvs.token");
    const { VAULT_TOKEN: _, ...rest } = VAULT;
    const { masterKeys } = readConfig({ ...good, ...rest, VAULT_TOKEN_FILE: file }).vault;
    expect(masterKeys.vault?.token).toEqual({ file });
  });

  it.each([
    ["pkcs11", "PKCS11_KEY"],
    ["awskms", "AWS_KMS_KEY_ID"],
    ["gcpkms", "GCP_KMS_KEY"],
    ["vault", "VAULT_TRANSIT_KEY"],
  ])("cannot choose %s without %s", (provider, name) => {
    expect(refusalOf({ ...good, MEK_PROVIDER: provider })).toContain(`${name}: is not set`);
  });

  it("names all that a provider with a key still lacks", () => {
    const message = refusalOf({ ...good, PKCS11_KEY: "k", VAULT_TRANSIT_KEY: "transit/k" });
    for (const name of Object.keys({ ...PKCS11, ...VAULT }).filter(
      (each) => !each.endsWith("KEY"),
    )) {
      expect(message).toContain(`${name}: is not set`);
    }
  });

  it.each([
    ["MEK_PROVIDER", "keychain"],
    ["KEY_CACHE_SECONDS", "301"],
    ["KEY_CACHE_SECONDS", "0"],
    ["PKCS11_KEY", "two words"],
    ["AWS_KMS_KEY_ID", "alias/timos"],
    ["AWS_KMS_KEY_ID", "1234abcd-12ab-34cd-56ef-1234567890ab"],
    ["AWS_KMS_KEY_ID", "arn:aws:kms:eu-central-1:111122223333:alias/timos"],
    ["AWS_KMS_ENDPOINT", "http://kms.example"],
    ["GCP_KMS_KEY", `${GCP_NAME}/cryptoKeyVersions/1`],
    ["GCP_KMS_KEY", GCP_NAME.replace("/r/", `/${"r".repeat(160)}/`)],
    ["GCP_KMS_ENDPOINT", "http://127.0.0.1.evil.example"],
    ["VAULT_ADDR", "http://vault.example:8200"],
    ["VAULT_TRANSIT_KEY", "timos"],
    ["VAULT_TRANSIT_KEY", "transit/../sys"],
  ])("refuses %s=%s by its name", (name, value) => {
    const message = refusalOf({ ...good, ...PKCS11, ...VAULT, [name]: value });
    expect(message).toContain(`${name}: `);
    if (value.length > 6) expect(message).not.toContain(value);
  });
});

describe("a port for the worker's metrics", () => {
  it("is of no use without a token for them, which is named", () => {
    expect(refusalOf({ ...good, WORKER_METRICS_PORT: "4001" })).toContain("METRICS_TOKEN: ");
    const token = "0123456789abcdefghijklmnop";
    const env = { ...good, WORKER_METRICS_PORT: "4001", METRICS_TOKEN: token };
    expect(readConfig(env).metrics).toEqual({ token, workerPort: 4001 });
  });
});
