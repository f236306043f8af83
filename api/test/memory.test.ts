import { hkdfSync } from "node:crypto";
import { once } from "node:events";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  readSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { decodeKeyring } from "../src/crypto/keyring.ts";
import { unwrapDek } from "../src/crypto/wrap.ts";
import { openTestApp, outboxReader, testEnvironment, type TestApp } from "./app.ts";
import { call, signUp, type Person } from "./people.ts";
import { launch, listening, type RunningApi } from "./process.ts";

/** Keys are looked for in the memory of a running API from outside, as a core dump would show it. Linux only. */

const CACHE_SECONDS = 1;

let app: TestApp;
let folder: string;
let api: RunningApi;
let person: Person;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  app = await openTestApp();
  folder = mkdtempSync(join(tmpdir(), "timos-memory-"));
  environment = {
    ...testEnvironment(folder),
    KEY_CACHE_SECONDS: String(CACHE_SECONDS),
    NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder}`,
  };
  api = await listening(launch(environment));
  person = await signUp({ ...app, url: api.url, mails: outboxReader(join(folder, "outbox")) });
});
afterAll(async () => {
  api.child.kill("SIGKILL");
  await once(api.child, "exit");
  await app.close();
  rmSync(folder, { recursive: true });
});

/** How often each of `needles` is in the memory that the process may write to. */
function scan(pid: number, needles: readonly Buffer[]): number[] {
  const counts = needles.map(() => 0);
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
      const [, from, to, isWritable] = /^([0-9a-f]+)-([0-9a-f]+) r(w?)/.exec(line) ?? [];
      if (from === undefined || to === undefined || isWritable !== "w") continue;
      const start = parseInt(from, 16);
      const bytes = Buffer.alloc(parseInt(to, 16) - start);
      try {
        readSync(memory, bytes, 0, bytes.length, start);
      } catch {
        continue; // A region of the kernel's, or gone meanwhile.
      }
      needles.forEach((needle, i) => {
        for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
          counts[i] = (counts[i] ?? 0) + 1;
        }
      });
    }
  } finally {
    closeSync(memory);
  }
  return counts;
}

/** A secret as it may lie in memory: its bytes, and as text. */
function forms(secret: Buffer): Buffer[] {
  const texts = [secret.toString("hex"), secret.toString("base64").slice(0, 42)];
  return [secret, ...texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, "utf16le")])];
}

/** The person's data key and a key derived from it, and the master key, as bytes. */
async function secrets() {
  const [wrap] = await app.sql(
    "platform",
    "SELECT w.*, d.dek_id FROM dek_wraps w JOIN user_deks d USING (owner_id, version)",
  );
  const file = readFileSync(environment["KEYRING_FILE"] ?? "");
  const [mek] = decodeKeyring(file);
  if (wrap === undefined || mek === undefined) throw new Error("there is no key");
  const dek = unwrapDek(mek.key, wrap["blob"] as Buffer, {
    ownerId: wrap["owner_id"] as Buffer,
    version: Number(wrap["version"]),
    dekId: wrap["dek_id"] as Buffer,
    mekRef: String(wrap["mek_ref"]),
  });
  const boxKey = Buffer.from(hkdfSync("sha256", dek, "", "timos/box/v1/daily_entries", 32));
  return { dek, boxKey, mek: mek.key.export() };
}

const LINUX = process.platform === "linux" ? it : it.skip;

describe("the memory of a running API", () => {
  LINUX(
    "holds a data key while it is used, and nothing of it once it was let go (read from /proc: Linux only)",
    async () => {
      const entry = { day: "2026-11-21", title: "a title", body: "what was written" };
      const { body: made } = await person.call("POST", "/api/entries", { body: entry });
      const { dek, boxKey, mek } = await secrets();
      const pid = api.child.pid ?? 0;
      const look = async () => {
        const found = scan(pid, [dek, boxKey, mek].flatMap(forms));
        // Connections that were closed meanwhile are noticed before the next request.
        await sleep(50);
        return { dek: found.slice(0, 5), boxKey: found.slice(5, 10), mek: found.slice(10) };
      };

      const before = await look();
      expect(before.dek[0]).toBeGreaterThan(0);
      expect(before.boxKey[0]).toBeGreaterThan(0);
      // No key was ever text.
      for (const found of Object.values(before)) expect(found.slice(1)).toEqual([0, 0, 0, 0]);

      expect((await person.call("GET", `/api/entries/${String(made["id"])}`)).status).toBe(200);
      await call(api, "POST", "/api/auth/logout", { headers: { cookie: person.cookie } });
      await sleep(CACHE_SECONDS * 1000);
      // A key object is wiped when it is collected, and an idle process collects nothing: this makes it.
      api.child.kill("SIGUSR2");
      await heapWritten();
      const after = await look();
      expect({ dek: after.dek, boxKey: after.boxKey }).toEqual({
        dek: [0, 0, 0, 0, 0],
        boxKey: [0, 0, 0, 0, 0],
      });
      // The master key stays for as long as the server runs: once, as a key object.
      expect(after.mek).toEqual([1, 0, 0, 0, 0]);
    },
    60_000,
  );
});

/** Waits for the heap snapshot that the process was told to write, for which it collects all garbage. */
async function heapWritten(): Promise<void> {
  while (!readdirSync(folder).some((name) => name.endsWith(".heapsnapshot"))) await sleep(50);
  // It answers nothing while it writes, and ends connections that waited too long.
  const answers = () =>
    call(api, "GET", "/health/live").then(
      () => true,
      () => false,
    );
  while (!(await answers())) await sleep(50);
}
