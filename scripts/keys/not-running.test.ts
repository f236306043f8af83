import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { program } from "../../api/test/program.ts";
import { lockFolder } from "../launcher/lock.ts";
import { migrateBoth } from "../launcher/migrations.ts";
import { ROOT } from "../launcher/paths.ts";
import { startServices } from "../lib/services.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "keys-"));
  const services = await startServices({ dir: folder });
  const { urls } = services;
  await migrateBoth(
    {
      platform: urls.PLATFORM_MIGRATE_URL,
      vault: urls.VAULT_MIGRATE_URL,
      platformApp: urls.PLATFORM_DATABASE_URL,
    },
    () => undefined,
  );
  await services.stop();
  writeFileSync(join(folder, "keyring"), createKeyring(new Date()), { mode: 0o600 });
  writeFileSync(join(folder, "secrets/token_key"), Buffer.alloc(32, 1).toString("base64url"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command in an environment that names the data folder and nothing else. */
function run(script: string, args: string[], dataFolder = folder) {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [program(`scripts/${script}`), ...args], {
    cwd: ROOT,
    env: { PATH, HOME, TIMOS_DATA_DIR: dataFolder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => void (output += chunk.toString()));
  }
  return new Promise<{ code: number | null; output: string }>((done) => {
    child.once("close", (code) => done({ code, output }));
  });
}

describe("the commands on keys, where TimOS does not run", () => {
  it.each([
    ["keys.ts", ["status"], "Data keys wrapped under each master key"],
    ["keys.ts", ["doctor"], "Looked at the keys of 0 owners"],
    ["vault.ts", ["verify"], ""],
    ["audit.ts", ["verify"], "0 seals over 0 events are as they were made"],
  ])("start the databases, and stop them: %s %j", async (script, args, words) => {
    // What a TimOS that was killed left behind.
    writeFileSync(join(folder, "run.json"), "{}");
    const { code, output } = await run(script, args);
    expect(output).toContain("starting its databases for this command");
    expect(output).toContain(words);
    expect(code).toBe(0);
    expect(existsSync(join(folder, "lock.json"))).toBe(false);
    expect(existsSync(join(folder, "run.json"))).toBe(false);
  });

  it("leave databases alone that somebody else is about to use", async () => {
    const lock = await lockFolder(folder, () => undefined);
    const { code, output } = await run("keys.ts", ["status"]);
    expect(code).toBe(1);
    expect(output).toContain(`already running on this data folder (process ${process.pid})`);
    lock.release();
  });

  it("stop the databases also when the keyring cannot be used, and say what is wrong with it", async () => {
    const keyring = join(folder, "keyring");
    writeFileSync(keyring, "no keyring");
    const { code, output } = await run("keys.ts", ["status"]);
    expect(code).toBe(1);
    expect(output).toContain("it is not a keyring");
    expect(existsSync(join(folder, "lock.json"))).toBe(false);
    writeFileSync(keyring, createKeyring(new Date()));
  });

  it("make no databases where there are none", async () => {
    const empty = join(folder, "empty");
    expect(await run("keys.ts", ["status"], empty)).toMatchObject({
      code: 1,
      output: expect.stringContaining("There is no TimOS in"),
    });
    expect(existsSync(empty)).toBe(false);
  });
});
