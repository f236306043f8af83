import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Person } from "../../api/test/people.ts";
import { openDataFolder } from "../launcher/data-folder.ts";
import { lockFolder } from "../launcher/lock.ts";
import { findRestoreMark } from "../launcher/restore-mark.ts";
import { newJournal, type Begun, type Journal } from "./journal.ts";
import { readAs, write, writeMany } from "./people.ts";

let journal: Journal;
let ada: Person;
const entry = randomUUID();

beforeAll(async () => {
  journal = newJournal();
  const app = await journal.start();
  ada = await app.signUp();
  await write(ada, entry, "Written");
  await writeMany(ada, 40, 200_000);
  await journal.backUp();
  await app.stop();
});
afterAll(() => journal.remove());

/** Kills a command outright once `isTime`; how far it was by then is up to the machine. */
async function killWhen(begun: Begun, isTime: () => boolean): Promise<void> {
  let hasEnded = false as boolean;
  void begun.ended.then(() => (hasEnded = true));
  while (!hasEnded && !isTime()) await sleep(2);
  begun.child.kill("SIGKILL");
  await begun.ended;
}

const manifests = () =>
  ["platform", "vault", "keys"].flatMap((set) => {
    const ids = readdirSync(join(journal.backups, set));
    return ids.filter((id) => existsSync(join(journal.backups, set, id, "manifest.json")));
  });

it("a backup that is killed is none, and the next one removes what it left", async () => {
  const before = manifests().length;
  const folders = () => readdirSync(join(journal.backups, "platform")).length;
  const begun = journal.begin("backup", ["--to", journal.backups]);
  await killWhen(begun, () => folders() > 1);
  expect(manifests()).toHaveLength(before);
  expect(folders()).toBe(2);

  const again = await journal.run("backup", ["--to", journal.backups]);
  expect(again).toMatchObject({ code: 0, output: expect.stringContaining("never finished") });
  // Of one day the newest is kept; of the keys all of a few days.
  expect(folders()).toBe(1);
  expect(manifests()).toHaveLength(before + 1);
  const work = readdirSync(join(journal.data, "backup"));
  expect(work.filter((name) => name.startsWith("work-"))).toEqual([]);
});

const POINTS: readonly [string, (begun: Begun, into: string) => boolean][] = [
  ["when its mark is there", (_begun, into) => existsSync(join(into, "restore.json"))],
  ["while the databases are made", (_begun, into) => existsSync(join(into, "mariadb"))],
  ["while the platform is loaded", ({ output }) => output().includes("MB of the platform")],
  ["while the vault is loaded", ({ output }) => output().includes("MB of the vault")],
  [
    "when the databases have taken their places",
    (_begun, into) => existsSync(join(into, "mariadb/timos_vault/daily_entries.ibd")),
  ],
];

it.each(POINTS)(
  "a restore that is killed %s is not started, and ends when it is run again",
  async (_name, isTime) => {
    const into = join(journal.folder, randomUUID());
    const begun = journal.beginRestore(into);
    await killWhen(begun, () => isTime(begun, into));
    const { output } = await begun.ended;
    expect({ output, ...findRestoreMark(into) }).toMatchObject({ kind: "new" });
    await expect(openDataFolder(into, () => undefined)).rejects.toThrow(
      /begun on .* and not finished: run it again/,
    );

    const again = await journal.beginRestore(into).ended;
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining("npm start") });
    expect(findRestoreMark(into)).toBeUndefined();
    const app = await journal.start(into);
    expect(await readAs(app, ada, entry)).toBe("Written");
    await app.stop();
  },
);

it("one that is killed beside databases that serve leaves them as they are", async () => {
  const app = await journal.start();
  await write(ada, entry, "After").catch(() => undefined);
  const before = await readAs(app, ada, entry);
  const args = ["--from", journal.backups, "--database", "vault", "--yes"];
  const begun = journal.begin("restore", args);
  await killWhen(begun, () => begun.output().includes("MB of the vault"));
  expect(await readAs(app, ada, entry)).toBe(before);

  expect(await journal.run("restore", args)).toMatchObject({ code: 0 });
  expect(await readAs(app, ada, entry)).toBe("Written");
  const left = readdirSync(join(journal.data, "mariadb"));
  expect(left.filter((name) => name.includes("_restore_"))).toEqual([]);
  await app.stop();
});

it("one that is killed when its tables have taken their places is not started, and ends when it is run again", async () => {
  const databases = join(journal.data, "mariadb");
  const copies = () =>
    readdirSync(databases).filter(
      (name) => name.includes("_before_") && existsSync(join(databases, name, "daily_entries.ibd")),
    ).length;
  const before = copies();
  const args = ["--from", journal.backups, "--database", "both", "--keys", "--yes"];
  const begun = journal.begin("restore", args);
  await killWhen(begun, () => copies() > before);
  expect(findRestoreMark(journal.data)).toMatchObject({ kind: "in_place" });
  await expect(openDataFolder(journal.data, () => undefined)).rejects.toThrow(/not finished/);

  const again = await journal.run("restore", args);
  expect(again).toMatchObject({ code: 0, output: expect.stringContaining("npm start") });
  expect(findRestoreMark(journal.data)).toBeUndefined();
  const app = await journal.start();
  expect(await readAs(app, ada, entry)).toBe("Written");
  await app.stop();
});

it("a data folder in use is not restored into", async () => {
  const into = join(journal.folder, randomUUID());
  expect(await journal.beginRestore(into, ["--dry-run"]).ended).toMatchObject({ code: 0 });
  expect(existsSync(into)).toBe(false);
  mkdirSync(into, { mode: 0o700 });
  const lock = await lockFolder(into, () => undefined);
  const { code, output } = await journal.beginRestore(into).ended;
  expect({ code, output }).toMatchObject({
    code: 1,
    output: expect.stringContaining("already running on this data folder"),
  });
  expect(readdirSync(into)).toEqual(["lock.json"]);
  lock.release();
});
