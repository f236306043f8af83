import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { userInfo } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "./app.ts";
import { workerServices } from "./databases.ts";
import { signUp, type Person } from "./people.ts";
import { program } from "./program.ts";

/** A vault that is put back from a dump, by an attacker or on purpose, and the command by which an operator says which. */

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const { adminSocket, vaultDatabase, platformUrl, vaultUrl } = workerServices();
const client = ["--no-defaults", `--socket=${adminSocket}`, `--user=${userInfo().username}`];

async function dump(): Promise<Buffer> {
  const args = [...client, "--hex-blob", vaultDatabase];
  const { stdout } = await promisify(execFile)("mariadb-dump", args, { encoding: "buffer" });
  return stdout;
}

async function putBack(bytes: Buffer): Promise<void> {
  const child = spawn("mariadb", [...client, vaultDatabase], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(bytes);
  expect(await once(child, "exit")).toEqual([0, null]);
}

/** Runs scripts/vault.ts on this worker's databases. */
async function runVault(...args: string[]): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, [program("scripts/vault.ts"), ...args], {
    cwd: join(import.meta.dirname, "../.."),
    env: {
      // eslint-disable-next-line no-restricted-properties -- what a process needs of the machine to run at all
      PATH: process.env["PATH"] ?? "",
      PLATFORM_DATABASE_URL: platformUrl,
      VAULT_DATABASE_URL: vaultUrl,
      KEYRING_FILE: app.keyringFile,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, failed] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { code: child.exitCode, output: said + failed };
}

const put = (person: Person, id: string, title: string) =>
  person.call("PUT", `/api/entries/${id}`, { body: { day: "2026-11-21", title } });
const shown = async (person: Person) =>
  (await person.call("GET", "/api/me/vault")).body["integrity"] as { status: string };

describe("a vault put back from a dump", () => {
  it("is violated for those who wrote since, until an operator takes it as it is", async () => {
    const [ada, eve] = [await signUp(app), await signUp(app)];
    const [id, later] = [randomUUID(), randomUUID()];
    await put(ada, id, "Before");
    await put(eve, randomUUID(), "Untouched");
    expect((await shown(eve)).status).toBe("ok");
    const bytes = await dump();
    await put(ada, id, "After");
    const newest = Number((await put(ada, later, "Lost")).body["rev"]);

    await putBack(bytes);
    expect((await shown(ada)).status).toBe("violated");
    expect((await shown(eve)).status).toBe("ok");
    expect(await runVault("verify")).toMatchObject({
      code: 1,
      output: expect.stringContaining("violated since"),
    });
    const known = await runVault("accept", "--owner", "nobody@example.org");
    expect(known).toMatchObject({ code: 1 });
    expect((await shown(ada)).status).toBe("violated");

    expect(await runVault("accept", "--owner", ada.email)).toMatchObject({
      code: 0,
      output: expect.stringContaining("accepted"),
    });
    expect((await shown(ada)).status).toBe("ok");
    expect((await ada.call("GET", `/api/entries/${id}`)).body).toMatchObject({ title: "Before" });
    expect((await ada.call("GET", `/api/entries/${later}`)).status).toBe(404);
    // A revision stays the name of one state.
    expect(Number((await put(ada, id, "Again")).body["rev"])).toBeGreaterThan(newest);
    expect((await shown(ada)).status).toBe("ok");
    expect(await runVault("verify", "--all")).toMatchObject({ code: 0 });

    const { items } = (await ada.call("GET", "/api/me/audit")).body as {
      items: { actor: string; action: string; purpose: string }[];
    };
    const told = items.map(({ actor, action, purpose }) => `${actor} ${action} ${purpose}`);
    expect(told.toReversed().filter((line) => !line.startsWith("user"))).toEqual([
      "job vault.violated comparing the vault with its state",
      // The command opened the vault to compare it, and to take it.
      "operator key.unwrapped vault:verify",
      "operator key.unwrapped vault:accept",
      "operator vault.accepted vault:accept",
      "operator key.unwrapped vault:verify",
    ]);
    const others = (await eve.call("GET", "/api/me/audit")).body["items"] as { action: string }[];
    expect(others.some(({ action }) => action.startsWith("vault."))).toBe(false);
  }, 120_000);
});

it("keys that do not unwrap are told of, and keep nobody else's vault from being verified", async () => {
  const people = [await signUp(app), await signUp(app), await signUp(app)];
  for (const person of people) await put(person, randomUUID(), "Written");
  const owners = await app.sql(
    "platform",
    "SELECT HEX(d.owner_id) AS owner, u.email FROM user_deks d JOIN users u ON u.id = d.user_id ORDER BY owner",
  );
  const victim = owners.find(({ email }) => people.some((person) => person.email === email));
  const owner = String(victim?.["owner"]);
  await app.sql(
    "platform",
    "UPDATE dek_wraps SET `blob` = REVERSE(`blob`) WHERE HEX(owner_id) = ?",
    [owner],
  );
  try {
    const { code, output } = await runVault("verify", "--all");
    expect(code).toBe(1);
    const lines = output.trim().split("\n");
    expect(lines).toHaveLength(owners.length);
    expect(lines.find((line) => line.startsWith(owner.toLowerCase()))).toContain("keys:doctor");
    const accepted = await runVault("accept", "--owner", String(victim?.["email"]));
    expect(accepted).toMatchObject({ code: 1, output: expect.stringContaining("keys:doctor") });
  } finally {
    await app.sql(
      "platform",
      "UPDATE dek_wraps SET `blob` = REVERSE(`blob`) WHERE HEX(owner_id) = ?",
      [owner],
    );
  }
  expect(await runVault("verify")).toMatchObject({
    code: 0,
    output: "No vault is known to be violated.\n",
  });
}, 120_000);
