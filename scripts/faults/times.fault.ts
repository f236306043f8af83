import { randomUUID } from "node:crypto";
import { cpSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Person } from "../../api/test/people.ts";
import { ROOT } from "../launcher/paths.ts";
import { newJournal, type Journal } from "./journal.ts";
import { readAs, write } from "./people.ts";

let journal: Journal;
let ada: Person;
let zoe: Person;
const entry = randomUUID();
const zoes = randomUUID();

const idsOf = (set: string) => readdirSync(join(journal.backups, set)).sort();

/** Monday: both write. Wednesday: Zoe is erased. Friday: Ada has written more. A backup on Monday and on Friday. */
beforeAll(async () => {
  journal = newJournal();
  const app = await journal.start();
  [ada, zoe] = [await app.signUp(), await app.signUp()];
  await write(ada, entry, "Monday");
  await write(zoe, zoes, "Hers");
  await journal.backUp();
  // Of one day the newest is kept, and here all days are one.
  const monday = join(journal.folder, "monday-backups");
  for (const set of ["platform", "vault"]) {
    cpSync(join(journal.backups, set), join(monday, set), { recursive: true });
  }
  const erased = await zoe.call("DELETE", "/api/me", { body: { confirm: zoe.email } });
  expect(erased.status).toBe(202);
  await write(ada, entry, "Friday");
  await journal.backUp();
  cpSync(monday, journal.backups, { recursive: true });
  await app.stop();
});
afterAll(() => journal.remove());

it("a backup from before an erasure does not bring back who was erased", async () => {
  const [monday = ""] = idsOf("vault");
  const into = join(journal.folder, "monday");
  const { code, output } = await journal.beginRestore(into, ["--backup", monday]).ended;
  expect({ code, output }).toMatchObject({ code: 0 });
  const app = await journal.start(into);
  expect(await readAs(app, ada, entry)).toBe("Monday");
  expect(await readAs(app, zoe, zoes)).toBe("login 401");
  await app.stop();
});

it("a platform from Monday goes with a vault from Friday", async () => {
  const [monday = "", friday = ""] = idsOf("platform");
  const into = join(journal.folder, "both");
  expect(await journal.beginRestore(into, ["--backup", friday]).ended).toMatchObject({ code: 0 });
  const args = ["--from", journal.backups, "--database", "platform", "--backup", monday, "--yes"];
  const { code, output } = await journal.run("restore", args, { TIMOS_DATA_DIR: into });
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringMatching(/1 are of another time/),
  });
  const app = await journal.start(into);
  expect(await readAs(app, ada, entry)).toBe("Friday");
  expect(await readAs(app, zoe, zoes)).toBe("login 401");
  await app.stop();
  const verified = await journal.run("vault", ["verify", "--all"], { TIMOS_DATA_DIR: into });
  expect(verified).toMatchObject({ code: 0 });
});

it("without a set of the keys nothing is restored, and it is said where to look", async () => {
  const away = join(journal.folder, "keys-elsewhere");
  renameSync(join(journal.backups, "keys"), away);
  const into = join(journal.folder, "keyless");
  const { code, output } = await journal.beginRestore(into).ended;
  renameSync(away, join(journal.backups, "keys"));
  expect({ code, output }).toMatchObject({
    code: 1,
    output: expect.stringMatching(/no backup of the keys[^]*Nothing was changed/),
  });
  expect(() => readdirSync(into)).toThrow("ENOENT");
});

it("a backup whose clock was ten minutes ahead restores as any other, and so does one by such a clock", async () => {
  const ahead = { NODE_OPTIONS: `--import=${join(ROOT, "scripts/faults/clock-ahead.mjs")}` };
  const app = await journal.start();
  const made = await journal.run("backup", ["--to", journal.backups], ahead);
  expect(made).toMatchObject({ code: 0 });
  const drilled = await journal.run("drill", ["--from", journal.backups]);
  expect(drilled).toMatchObject({ code: 0, output: expect.stringContaining("proven") });
  const args = ["--from", journal.backups, "--database", "both", "--yes"];
  const { code, output } = await journal.run("restore", args, ahead);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(await readAs(app, ada, entry)).toBe("Friday");
  await app.stop();
});
