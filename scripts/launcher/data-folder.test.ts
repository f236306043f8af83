import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openDataFolder } from "./data-folder.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "data-folder-"));
});

afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

describe("opening a data folder", () => {
  it("makes it, notes its format and locks it", async () => {
    const opened = await openDataFolder(join(folder, "deep/er"), ignore);
    expect(readdirSync(opened.path).sort()).toEqual(["lock.json", "version"]);
    opened.lock.release();
  });

  it("refuses one made by a newer version and changes nothing in it", async () => {
    writeFileSync(join(folder, "version"), "2\n");
    await expect(openDataFolder(folder, ignore)).rejects.toThrow("newer version of TimOS");
    expect(readdirSync(folder)).toEqual(["version"]);
  });

  it("refuses one whose version cannot be read", async () => {
    writeFileSync(join(folder, "version"), "one");
    await expect(openDataFolder(folder, ignore)).rejects.toThrow("version number");
  });

  it("refuses a path that is a file", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(openDataFolder(join(folder, "file"), ignore)).rejects.toThrow("is a file");
    await expect(openDataFolder(join(folder, "file/in"), ignore)).rejects.toThrow("is a file");
  });

  const asUser = process.getuid?.() === 0 ? it.skip : it;
  asUser("refuses one it may not write to (not as root, who may write anywhere)", async () => {
    chmodSync(folder, 0o500);
    await expect(openDataFolder(folder, ignore)).rejects.toThrow("may not write there");
  });

  it("removes the sockets of a run that was killed, and no other folder", async () => {
    const former = mkdtempSync(join(tmpdir(), "timos-"));
    const other = join(folder, "precious");
    mkdirSync(other);
    for (const runFolder of [former, other]) {
      const lock = { holder: { pid: 1, started: "before" }, children: {}, runFolder };
      writeFileSync(join(folder, "lock.json"), JSON.stringify(lock));
      (await openDataFolder(folder, ignore)).lock.release();
    }
    expect(existsSync(former)).toBe(false);
    expect(existsSync(other)).toBe(true);
  });
});

const ignore = () => undefined;
