import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  activateKey,
  createKeyring,
  decodeKeyring,
  stagedKey,
  stageKey,
} from "../../api/src/crypto/keyring.ts";
import { ROOT } from "../launcher/paths.ts";

let folder: string;
let [mine, theirs]: [string, string] = ["", ""];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "merge-"));
  [mine, theirs] = [join(folder, "keyring"), join(folder, "backup")];
});
afterEach(() => rmSync(folder, { recursive: true }));

function merge(...args: string[]) {
  const { PATH = "", HOME = "" } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "scripts/keys.ts", "merge", ...args],
    { cwd: ROOT, env: { PATH, HOME, TIMOS_DATA_DIR: folder }, encoding: "utf8" },
  );
  return { status, output: stdout + stderr };
}
const write = (file: string, bytes: Buffer) => writeFileSync(file, bytes, { mode: 0o600 });
const keysOf = (file: string) =>
  decodeKeyring(readFileSync(file)).map(({ id, status, key }) => ({
    id,
    status,
    bytes: key.export().toString("hex"),
  }));
/** The keyring with one more key, which is the active one. */
function rotated(bytes: Buffer): Buffer {
  const staged = stageKey(bytes, new Date());
  return activateKey(staged, stagedKey(decodeKeyring(staged))?.id ?? "");
}

describe("keys:merge", () => {
  it("adds what is missing, leaves the active key and all others as they are, and can be run again", () => {
    const first = createKeyring(new Date());
    // The installation went on, and was then put back; its backup and it have a key each that the other has not.
    write(theirs, rotated(first));
    write(mine, stageKey(rotated(first), new Date()));
    const [before, backup] = [keysOf(mine), keysOf(theirs)];
    const lacking = backup[1]?.id ?? "";
    expect(merge(theirs)).toMatchObject({
      status: 0,
      output: expect.stringContaining(`Added local:${lacking}`),
    });
    const after = keysOf(mine);
    expect(after).toHaveLength(4);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toContainEqual({ ...backup[1], status: "decrypt_only" });
    // What was staged is still what comes next, and nothing else is.
    expect(stagedKey(decodeKeyring(readFileSync(mine)))?.id).toBe(before[2]?.id);
    expect(statSync(mine).mode & 0o777).toBe(0o600);
    expect(keysOf(theirs)).toEqual(backup);
    const bytes = readFileSync(mine);
    expect(merge(theirs)).toMatchObject({
      status: 0,
      output: expect.stringContaining("every key of"),
    });
    expect(readFileSync(mine)).toEqual(bytes);
  });

  it("adds nothing from what is no keyring or is damaged, and makes no keyring where there is none", () => {
    write(mine, createKeyring(new Date()));
    const bytes = readFileSync(mine);
    const damaged = createKeyring(new Date());
    damaged.writeUInt8(damaged.readUInt8(40) ^ 1, 40);
    for (const content of [damaged, Buffer.from("words")]) {
      write(theirs, content);
      expect(merge(theirs).status).toBe(1);
      expect(readFileSync(mine)).toEqual(bytes);
    }
    expect(merge(join(folder, "gone"))).toMatchObject({
      status: 1,
      output: expect.stringContaining("There is no keyring"),
    });
    expect(merge().status).toBe(2);
    write(theirs, bytes);
    rmSync(mine);
    expect(merge(theirs).status).toBe(1);
  });
});
