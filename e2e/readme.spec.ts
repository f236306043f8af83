import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";

const ROOT = join(import.meta.dirname, "..");

/** The shell blocks of a section of the README, those of its subsections included. */
function blocksOf(heading: string): string[] {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [, section = ""] = readme.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return [...own.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
}

test("what the README has for curl does what it says, block by block", async () => {
  const blocks = blocksOf("The same with curl");
  expect(blocks.length).toBeGreaterThan(12);
  const script = ["set -eu", ...blocks.slice(0, -1)].join("\necho ----\n");
  // What a search counts is 0 for the thief, and that is no success of grep's.
  const thief = blocks.at(-1)?.replaceAll(/^(dump .*)$/gm, "$1 || true") ?? "";
  const env = { ...process.env, TIMOS_DATA_DIR: process.env["E2E_DATA_DIR"] };
  const run = promisify(execFile)("bash", ["-c", `${script}\necho ====\n${thief}`], {
    cwd: ROOT,
    env,
    maxBuffer: 8 * 1024 * 1024,
  });
  const { stdout } = await run;
  const [shown = "", counts = ""] = stdout.split("====\n");
  expect(counts.trim().split("\n")).toEqual(["0", "0", "1"]);
  // The one refusal is that of a revision which is not the newest any more.
  expect([...shown.matchAll(/"status":(\d+)/g)].map(([, status]) => status)).toEqual(["412"]);
  expect(shown).toContain('"grade":"B"');
  expect(shown).toMatch(/"text":"river","match":true/);
  expect([...shown.matchAll(/"status":"(applied|unchanged)"/g)].map(([, each]) => each)).toEqual([
    "applied",
    "unchanged",
  ]);
});
