import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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
import { program } from "../../api/test/program.ts";
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
    [program("scripts/keys.ts"), "merge", ...args],
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

  it("names the file that is damaged, and changes nothing", () => {
    const whole = createKeyring(new Date());
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    write(mine, whole);
    write(theirs, damaged);
    expect(merge(theirs)).toMatchObject({ status: 1, output: expect.stringContaining(theirs) });
    write(mine, damaged);
    write(theirs, whole);
    expect(merge(theirs)).toMatchObject({ status: 1, output: expect.stringContaining(mine) });
    expect(readFileSync(mine)).toEqual(damaged);
  });

  it("refuses a keyring of the installation that others may read", () => {
    const whole = createKeyring(new Date());
    write(mine, whole);
    write(theirs, rotated(whole));
    chmodSync(mine, 0o644);
    const { status, output } = merge(theirs);
    expect(status).toBe(1);
    expect(output).toContain(`chmod 600 ${mine}`);
    expect(readFileSync(mine)).toEqual(whole);
  });

  it("goes on past the empty lock of a command that was killed while it wrote it, and of no other", () => {
    const whole = createKeyring(new Date());
    write(mine, whole);
    write(theirs, rotated(whole));
    const lock = `${mine}.lock`;
    writeFileSync(lock, "");
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    expect(merge(theirs)).toMatchObject({ status: 0 });
    expect(existsSync(lock)).toBe(false);
  });

  it("leaves no lock and the keyring as it was when the lock cannot be written", () => {
    const whole = createKeyring(new Date());
    write(mine, whole);
    write(theirs, rotated(whole));
    // No file may grow beyond nothing, as on a disk that is full.
    const { PATH = "", HOME = "" } = process.env;
    const command = `ulimit -f 0; exec "${process.execPath}" "${program("scripts/keys.ts")}" merge "${theirs}"`;
    const { status, stderr } = spawnSync("sh", ["-c", `trap "" XFSZ; ${command}`], {
      cwd: ROOT,
      env: { PATH, HOME, TIMOS_DATA_DIR: folder, TSX_DISABLE_CACHE: "1" },
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toContain("The keyring is as it was");
    expect(existsSync(`${mine}.lock`)).toBe(false);
    expect(readFileSync(mine)).toEqual(whole);
  });
});
