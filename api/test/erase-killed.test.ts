import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, testEnvironment, type TestApp } from "./app.ts";
import { workerServices } from "./databases.ts";
import { call, signUp } from "./people.ts";
import { program } from "./program.ts";
import { proxyTo, type Proxy } from "./proxy.ts";

/** These tests kill the API as a process while it erases somebody, and let the worker as a process finish. */

let app: TestApp;
let folder: string;
let platform: Proxy, vault: Proxy;
const running: ChildProcess[] = [];

beforeAll(async () => {
  const services = workerServices();
  [platform, vault] = await Promise.all([
    proxyTo(services.platformUrl),
    proxyTo(services.vaultUrl),
  ]);
  app = await openTestApp();
  // Tokens are checked by a process that has no clock but the machine's.
  app.clock.now = new Date();
  folder = mkdtempSync(join(tmpdir(), "timos-killed-"));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  await app.close();
  await Promise.all([platform.close(), vault.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program of the API and waits until it says what `isUp` finds. */
async function start(name: "index" | "worker", isUp: RegExp) {
  const child = spawn(process.execPath, [program(`api/src/${name}.ts`)], {
    cwd: join(import.meta.dirname, ".."),
    env: {
      // eslint-disable-next-line no-restricted-properties -- what a process needs of the machine to run at all
      PATH: process.env["PATH"] ?? "",
      ...testEnvironment(folder),
      KEYRING_FILE: app.keyringFile,
      JWT_KEYS: JSON.stringify({ keys: app.deps.config.auth.signingKeys }),
      PLATFORM_DATABASE_URL: platform.url,
      VAULT_DATABASE_URL: vault.url,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const found = await until(() => isUp.exec(output));
  return { child, found };
}

async function until<T>(look: () => T | null | undefined | Promise<T | null | undefined>) {
  for (const deadline = Date.now() + 30_000; ;) {
    const seen = await look();
    if (seen !== null && seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error("it did not come to that");
    await new Promise((done) => setTimeout(done, 20));
  }
}

describe("an API that is killed outright while it erases somebody", () => {
  it.each([
    ["platform", "DELETE FROM `dek_wraps`"],
    ["platform", "DELETE FROM `user_deks`"],
    ["platform", "COMMIT"],
    ["vault", "INSERT INTO erasures"],
    ["vault", "DELETE FROM vault_heads"],
    ["vault", "COMMIT"],
    ["platform", "UPDATE `erasures`"],
  ] as const)(
    "in the %s at %s leaves the account whole, or the worker finishes it",
    async (where, statement) => {
      const person = await signUp(app);
      const id = randomUUID();
      const body = { day: "2026-11-21", body: "words" };
      expect((await person.call("PUT", `/api/entries/${id}`, { body })).status).toBe(201);
      const [dek] = await app.sql(
        "platform",
        "SELECT d.owner_id FROM user_deks d JOIN users u ON u.id = d.user_id WHERE u.email = ?",
        [person.email],
      );
      const ownerId = dek?.["owner_id"] as Buffer;
      const rowsIn = async (database: "platform" | "vault", table: string) =>
        (await app.sql(database, "SELECT 1 FROM ?? WHERE owner_id = ?", [table, ownerId])).length;

      const { child, found } = await start("index", /"family":"IPv4","port":(\d+)/);
      const url = `http://127.0.0.1:${String(found[1])}`;
      const headers = { authorization: `Bearer ${person.accessToken}` };
      // Its key is in the memory of the process, and an unwrapping is not what it is killed at.
      expect((await call({ url }, "GET", `/api/entries/${id}`, { headers })).status).toBe(200);
      let isKilled = false;
      (where === "platform" ? platform : vault).whenNext(statement, () => {
        isKilled = child.kill("SIGKILL");
      });
      const confirm = { body: { confirm: person.email }, headers };
      const reply = await call({ url }, "DELETE", "/api/me", confirm).catch(() => null);
      expect(isKilled).toBe(true);
      if (where === "platform" && statement !== "UPDATE `erasures`") expect(reply).toBeNull();

      await start("worker", /"msg":"ready"/);
      // The server rolls back what a dead connection left open.
      await until(async () => {
        const isNoted = (await rowsIn("platform", "erasures")) === 1;
        const isWhole = !isNoted && (await person.call("GET", "/api/me")).status === 200;
        const [row] = await app.sql(
          "platform",
          "SELECT 1 FROM erasures WHERE owner_id = ? AND rows_deleted_at IS NOT NULL",
          [ownerId],
        );
        return isWhole || row !== undefined ? true : null;
      });
      const tables = [
        await rowsIn("platform", "user_deks"),
        await rowsIn("platform", "dek_wraps"),
        await rowsIn("vault", "vault_keys"),
        await rowsIn("vault", "vault_heads"),
        await rowsIn("vault", "daily_entries"),
      ];
      const isErased = (await rowsIn("platform", "erasures")) === 1;
      expect(tables).toEqual(isErased ? [0, 0, 0, 0, 0] : [1, 1, 1, 1, 1]);
      expect((await person.call("GET", `/api/entries/${id}`)).status).toBe(isErased ? 401 : 200);
      if (where === "vault") expect(isErased).toBe(true);
    },
    90_000,
  );
});
