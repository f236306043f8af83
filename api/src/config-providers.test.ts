import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { testEnvironment } from "../test/app.ts";
import { ConfigError, readConfig } from "./config.ts";

let folder: string;
let good: Readonly<Record<string, string>>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "timos-providers-"));
  good = testEnvironment(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const pem = (namedCurve: string) =>
  generateKeyPairSync("ec", { namedCurve })
    .privateKey.export({ format: "pem", type: "pkcs8" })
    .toString();

function refusalOf(more: Readonly<Record<string, string>>): string {
  try {
    readConfig({ ...good, ...more });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("the configuration of providers", () => {
  it("is none unless it says otherwise", () => {
    expect(readConfig(good).providers).toEqual([]);
  });

  it("has the addresses of those that everybody knows", () => {
    const { providers } = readConfig({
      ...good,
      GOOGLE_CLIENT_ID: "g",
      GOOGLE_CLIENT_SECRET: "s",
      MICROSOFT_CLIENT_ID: "m",
      MICROSOFT_CLIENT_SECRET: "s",
      MICROSOFT_TENANTS: "11111111-2222-4333-8444-55555555555A",
      APPLE_CLIENT_ID: "a",
      APPLE_TEAM_ID: "t",
      APPLE_KEY_ID: "k",
      APPLE_PRIVATE_KEY: pem("P-256").replaceAll("\n", "\\n"),
    });
    expect(providers.map(({ name, issuer }) => [name, issuer])).toEqual([
      ["google", "https://accounts.google.com"],
      ["microsoft", "https://login.microsoftonline.com/common/v2.0"],
      ["apple", "https://appleid.apple.com"],
    ]);
    expect(providers[1]).toMatchObject({ tenants: ["11111111-2222-4333-8444-55555555555a"] });
  });

  it("by half stops the boot, and names all that is missing at once (GHSA-8fpg-xm3f-6cx3)", () => {
    const message = refusalOf({
      GOOGLE_CLIENT_ID: "g",
      MICROSOFT_TENANTS: "11111111-2222-4333-8444-555555555555",
      APPLE_KEY_ID: "k",
      OIDC_NAME: "Ours",
    });
    for (const name of [
      "GOOGLE_CLIENT_SECRET",
      "MICROSOFT_CLIENT_ID",
      "MICROSOFT_CLIENT_SECRET",
      "APPLE_CLIENT_ID",
      "APPLE_TEAM_ID",
      "APPLE_PRIVATE_KEY",
      "OIDC_ISSUER",
      "OIDC_CLIENT_ID",
      "OIDC_CLIENT_SECRET",
    ]) {
      expect(message).toContain(`${name}: is not set`);
    }
  });

  it("takes Apple's key from a file", () => {
    const file = join(folder, "apple.p8");
    writeFileSync(file, pem("P-256"));
    const apple = { APPLE_CLIENT_ID: "a", APPLE_TEAM_ID: "t", APPLE_KEY_ID: "k" };
    expect(readConfig({ ...good, ...apple, APPLE_PRIVATE_KEY_FILE: file }).providers).toHaveLength(
      1,
    );
  });

  it.each([
    ["APPLE_PRIVATE_KEY", pem("P-384")],
    ["APPLE_PRIVATE_KEY", "not a key"],
    ["GOOGLE_ISSUER", "http://accounts.google.com"],
    ["OIDC_ISSUER", "http://127.0.0.1.evil.example"],
    ["OIDC_ISSUER", "https://idp.example/?next=x"],
    ["MICROSOFT_TENANTS", "common"],
  ])("refuses %s=%s by its name, without its value", (name, value) => {
    const message = refusalOf({ [name]: value });
    expect(message).toContain(`${name}: must`);
    expect(message).not.toContain(value);
  });
});
