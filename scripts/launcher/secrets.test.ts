import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { decodeKeyring } from "../../api/src/crypto/keyring.ts";
import { API_SECRETS, ensureSecrets, MARIADB_SECRETS, readSecret } from "./secrets.ts";

const ALL = { ...API_SECRETS, ...MARIADB_SECRETS };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("the secrets of an installation", () => {
  it("are made once, for their owner only", () => {
    expect(ensureSecrets(folder, ALL, { mayHoldJournal: false })).toBe(true);
    const made = digests();
    expect(ensureSecrets(folder, ALL, { mayHoldJournal: false })).toBe(false);
    expect(digests()).toEqual(made);
    for (const name of Object.keys(ALL))
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "secrets")).mode & 0o777).toBe(0o700);
  });

  it("are keys of 32 random bytes, an ES256 key that signs and one that will, and a keyring with one active key", () => {
    ensureSecrets(folder, ALL, { mayHoldJournal: false });
    for (const name of ["secrets/token_key", "secrets/password_pepper"]) {
      expect(Buffer.from(readSecret(folder, name), "base64url")).toHaveLength(32);
    }
    expect(JSON.parse(readSecret(folder, "secrets/jwt_keys.json"))).toMatchObject({
      keys: ["active", "verify"].map((status) => {
        return { kty: "EC", crv: "P-256", alg: "ES256", use: "sig", status };
      }),
    });
    expect(decodeKeyring(readFileSync(join(folder, "keyring")))).toHaveLength(1);
  });

  it("are never made where a journal may be: the missing one is named and nothing is written", () => {
    ensureSecrets(folder, ALL, { mayHoldJournal: false });
    rmSync(join(folder, "keyring"));
    rmSync(join(folder, "secrets/token_key"));
    const before = digests();
    const ensure = () => ensureSecrets(folder, ALL, { mayHoldJournal: true });
    expect(ensure).toThrow(join(folder, "keyring"));
    expect(ensure).toThrow(join(folder, "secrets/token_key"));
    expect(ensure).toThrow("Restore");
    expect(digests()).toEqual(before);
  });
});

/** What is in each file of the folder. */
const digests = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]);
