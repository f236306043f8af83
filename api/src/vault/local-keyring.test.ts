import { chmodSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { dekIdOf } from "../crypto/data-key.ts";
import { createKeyring } from "../crypto/keyring.ts";
import { randomBytes } from "../crypto/random.ts";
import { localKeyring } from "./local-keyring.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timos-keyring-"));
  file = join(folder, "keyring");
  writeFileSync(file, createKeyring(new Date()), { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const dek = randomBytes(32);
const contextOf = (mekRef: string) => ({
  ownerId: randomBytes(16),
  version: 1,
  dekId: dekIdOf(dek),
  mekRef,
});

describe("a keyring in a file", () => {
  it("wraps and unwraps under its active key", async () => {
    const keyring = localKeyring(file);
    const context = contextOf(await keyring.current());
    const wrap = await keyring.wrap(dek, context);
    expect(wrap.mekRef).toBe(await keyring.current());
    expect(Buffer.from(await keyring.unwrap(wrap, context))).toEqual(dek);
    await expect(keyring.health()).resolves.toBeUndefined();
  });

  it("names the key that it does not have", async () => {
    const keyring = localKeyring(file);
    const context = contextOf("local:0123456789abcdef");
    const wrap = { ...(await keyring.wrap(dek, context)), mekRef: context.mekRef };
    await expect(keyring.unwrap(wrap, context)).rejects.toMatchObject({
      name: "MekUnknown",
      mekRef: "local:0123456789abcdef",
    });
  });

  it("does not unwrap what was wrapped in a way it does not know", async () => {
    const keyring = localKeyring(file);
    const context = contextOf(await keyring.current());
    const wrap = { ...(await keyring.wrap(dek, context)), suite: 2 };
    await expect(keyring.unwrap(wrap, context)).rejects.toMatchObject({ name: "MekUnknown" });
  });

  it.each<[string, () => void, RegExp]>([
    ["is missing", () => rmSync(file), /is missing.*Restore it from its backup/],
    ["others may read", () => chmodSync(file, 0o640), /others may read it.*chmod 600/],
    ["is cut short", () => truncateSync(file, 50), /cut short or damaged/],
    ["is empty", () => truncateSync(file, 0), /not a keyring/],
    [
      "is a link",
      () => {
        symlinkSync(file, `${file}.link`);
        file = `${file}.link`;
      },
      /symbolic link/,
    ],
    [
      "lies below a file",
      () => {
        file = join(file, "keyring");
      },
      /cannot be opened \(ENOTDIR\)/,
    ],
  ])("that %s is refused, with what to do about it", (_, spoil, words) => {
    spoil();
    expect(() => localKeyring(file)).toThrow(words);
  });
});
