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
