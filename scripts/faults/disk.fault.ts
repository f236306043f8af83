import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Person } from "../../api/test/people.ts";
import { newJournal, type Journal } from "./journal.ts";
import { readAs, write, writeMany } from "./people.ts";

const MEGABYTE = 1024 * 1024;

let journal: Journal;
let ada: Person;
const entry = randomUUID();

beforeAll(async () => {
  journal = newJournal();
  const app = await journal.start();
  ada = await app.signUp();
  await write(ada, entry, "Written");
  await writeMany(ada, 60, 500_000);
  await journal.backUp();
  await app.stop();
});
afterAll(() => journal.remove());

const asRoot = process.getuid?.() === 0 ? it : it.skip;

/** Does `work` with a file system of its own of so many bytes. */
async function onDisk(megabytes: number, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(journal.folder, `disk-${megabytes}-${randomUUID().slice(0, 4)}`);
  mkdirSync(folder, { mode: 0o700 });
  const mounted = spawnSync("mount", [
    "-t",
    "tmpfs",
    "-o",
    `size=${megabytes}m,mode=700`,
    "none",
    folder,
  ]);
  expect(mounted.status).toBe(0);
  try {
    await work(folder);
  } finally {
    spawnSync("umount", ["-l", folder]);
  }
}

asRoot("a backup onto a disk that gets full is none, and says so (needs root)", async () => {
  await onDisk(8, async (folder) => {
    const { code, output } = await journal.run("backup", ["--to", folder]);
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("full") });
    const sets = readdirSync(folder);
    const manifests = sets.flatMap((set) =>
      readdirSync(join(folder, set)).filter((id) =>
        existsSync(join(folder, set, id, "manifest.json")),
      ),
    );
    expect(manifests).toEqual([]);
  });
});

asRoot("a restore onto a disk that is too small does not begin (needs root)", async () => {
  await onDisk(200, async (folder) => {
    const into = join(folder, "data");
    const { code, output } = await journal.beginRestore(into).ended;
    expect({ code, output }).toMatchObject({
      code: 1,
      output: expect.stringMatching(/too little room[^]*Nothing was changed/),
    });
    expect(existsSync(into)).toBe(false);
  });
});

asRoot(
  "a restore whose disk is filled by others ends when there is room again (needs root)",
  async () => {
    await onDisk(1000, async (folder) => {
      const into = join(folder, "data");
      const begun = journal.beginRestore(into);
      const filler = join(folder, "filler");
      while (!existsSync(join(into, "mariadb/ibdata1")) && begun.child.exitCode === null) {
        await sleep(5);
      }
      spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=1M"]);
      const { code, output } = await begun.ended;
      expect({ code, output }).toMatchObject({
        code: 1,
        output: expect.stringContaining("not finished"),
      });
      spawnSync("rm", [filler]);

      expect(await journal.beginRestore(into).ended).toMatchObject({ code: 0 });
      const app = await journal.start(into);
      expect(await readAs(app, ada, entry)).toBe("Written");
      await app.stop();
    });
  },
);

it("one byte that was flipped in a large backup is found before anything is changed", async () => {
  const vault = join(journal.backups, "vault");
  const id = readdirSync(vault).sort().at(-1) ?? "";
  const files = readdirSync(join(vault, id)).map((name) => join(vault, id, name));
  const largest = files.reduce((a, b) => (statSync(a).size > statSync(b).size ? a : b));
  expect(statSync(largest).size).toBeGreaterThan(10 * MEGABYTE);
  const bytes = readFileSync(largest);
  const at = Math.floor(bytes.length * 0.7);
  const flip = () => {
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
    writeFileSync(largest, bytes);
  };
  flip();
  const into = join(journal.folder, "flipped");
  const { code, output } = await journal.beginRestore(into).ended;
  expect({ code, output }).toMatchObject({
    code: 1,
    output: expect.stringContaining("is not the file that was stored"),
  });
  expect(existsSync(into)).toBe(false);
  flip();
});
