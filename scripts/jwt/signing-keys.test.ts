import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { SigningKeys } from "../../api/src/config.ts";
import { accessTokens } from "../../api/src/features/auth/access-token.ts";
import { program } from "../../api/test/program.ts";
import { ROOT } from "../launcher/paths.ts";
import {
  dutyOf,
  newSigningKeys,
  parseSigningKeys,
  rotated,
  writeSigningKeys,
} from "./signing-keys.ts";

type Keys = ReturnType<typeof newSigningKeys>;

const issuer = "https://timos.example";
const start = new Date("2026-11-21T08:00:00.000Z");
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const claims = { userId: "u1", sessionId: "s1" };
const server = (keys: Keys) => accessTokens(issuer, keys as unknown as SigningKeys);
const duties = (keys: Keys, now: Date) => keys.map((key) => dutyOf(key, now));

describe("rotating the keys of access tokens", () => {
  it("has a key sign that every server knew before", async () => {
    const before = newSigningKeys(start);
    const after = rotated(before, at(60));
    // One server was restarted, the other was not: each takes what the other signs.
    const [old, restarted] = [await server(before), await server(after)];
    for (const [signer, verifier] of [
      [old, restarted],
      [restarted, old],
    ] as const) {
      const token = signer.issue(claims, at(61));
      expect(await verifier.verify(token, at(62))).toEqual(claims);
    }
  });

  it("keeps what signed until no token of it can be about, and without its private part at once", async () => {
    const before = newSigningKeys(start);
    const token = (await server(before)).issue(claims, at(0));
    const once = rotated(before, at(0));
    expect(duties(once, at(0))).toEqual(["signs", "signs next", "verifies"]);
    expect(once[2]).not.toHaveProperty("d");
    expect(await (await server(once)).verify(token, at(899))).toEqual(claims);

    const soon = rotated(once, at(900));
    expect(duties(soon, at(900))).toEqual(["signs", "signs next", "verifies", "verifies"]);
    expect(await (await server(soon)).verify(token, at(900))).toEqual(claims);

    const late = rotated(soon, at(961));
    expect(late.map((key) => key.kid)).not.toContain(before[0]?.kid);
    expect(duties(late, at(961))).toEqual(["signs", "signs next", "verifies", "verifies"]);
  });

  it("never leaves more or less than one that signs, however often it is done", () => {
    let keys = newSigningKeys(start);
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      keys = rotated(keys, at(i * 1000));
      expect(duties(keys, at(i * 1000)).filter((duty) => duty === "signs")).toHaveLength(1);
      expect(duties(keys, at(i * 1000)).filter((duty) => duty === "signs next")).toHaveLength(1);
      expect(keys.length).toBeLessThanOrEqual(4);
      seen.add(String(keys[0]?.kid));
    }
    expect(seen.size).toBe(20);
  });

  it("takes on a file with a single key, as older installations have it", () => {
    const [only] = newSigningKeys(start);
    if (only === undefined) throw new Error("no key was made");
    const keys = rotated(parseSigningKeys(JSON.stringify({ keys: [only] })), at(1));
    expect(duties(keys, at(1))).toEqual(["signs", "signs next", "verifies"]);
    expect(keys[2]?.kid).toBe(only.kid);
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["no keys", "{}"],
    ["no active key", JSON.stringify({ keys: newSigningKeys(start).slice(1) })],
    [
      "two active keys",
      JSON.stringify({ keys: [...newSigningKeys(start), ...newSigningKeys(start)] }),
    ],
  ])("refuses a file with %s", (_, text) => {
    expect(() => parseSigningKeys(text)).toThrow("exactly one active key");
  });
});

describe("npm run jwt:rotate", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "timos-jwt-"));
    file = join(folder, "keys.json");
    writeFileSync(file, writeSigningKeys(newSigningKeys(new Date())), { mode: 0o600 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const jwt = (args: string[], env: Record<string, string> = { JWT_KEYS_FILE: file }) => {
    const { PATH = "" } = process.env;
    return spawnSync(process.execPath, [program("scripts/jwt.ts"), ...args], {
      cwd: ROOT,
      env: { PATH, ...env },
      encoding: "utf8",
    });
  };
  const kids = () => parseSigningKeys(readFileSync(file, "utf8")).map((key) => key.kid);

  it("writes the file whole, for its owner only, and shows no key", () => {
    const [active, next] = kids();
    const { status, stdout, stderr } = jwt(["rotate"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [now, , former] = kids();
    expect([now, former]).toEqual([next, active]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(stdout).toContain(`${String(now)}  signs`);
    for (const { d, x } of parseSigningKeys(readFileSync(file, "utf8"))) {
      expect(stdout).not.toContain(d ?? x);
    }
  });

  it("keeps nothing of keys that were stolen", () => {
    const before = kids();
    expect(jwt(["rotate", "--compromised"]).status).toBe(0);
    expect(kids().filter((kid) => before.includes(kid))).toEqual([]);
  });

  it("changes nothing when asked for the status, or for what it does not know", () => {
    const before = readFileSync(file, "utf8");
    expect(jwt(["status"]).stdout).toMatch(/ {2}signs\n.* {2}signs next\n$/);
    for (const args of [[], ["rotate", "now"], ["rotate", "--force"], ["destroy"]]) {
      expect(jwt(args).status).toBe(1);
    }
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("finds the keys of the installation, and says when it cannot change them", () => {
    const secrets = join(folder, "secrets");
    mkdirSync(secrets);
    copyFileSync(file, join(secrets, "jwt_keys.json"));
    expect(jwt(["status"], { TIMOS_DATA_DIR: folder }).status).toBe(0);
    const { status, stderr } = jwt(["rotate"], { JWT_KEYS: readFileSync(file, "utf8") });
    expect(status).toBe(1);
    expect(stderr).toContain("JWT_KEYS_FILE");
  });
});
