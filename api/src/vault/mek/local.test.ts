import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { dekIdOf } from "../../crypto/data-key.ts";
import { activateKey, createKeyring, decodeKeyring, stageKey } from "../../crypto/keyring.ts";
import { randomBytes } from "../../crypto/random.ts";
import { localKeyring } from "./local.ts";

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

/** A keyring file of the keys of several, the first of which is active; made from its description. */
function joined(...keyrings: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(keyrings.length);
  const keys = keyrings.map((bytes, index) => {
    const key = Buffer.from(bytes.subarray(10, -32));
    key[17] = index === 0 ? 1 : 2;
    return key;
  });
  const body = Buffer.concat([Buffer.from("TIMOSKR1"), count, ...keys]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

/** As a rotation does it: whole or not at all. */
function replace(bytes: Buffer): void {
  writeFileSync(`${file}.new`, bytes, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

describe("a keyring in a file", () => {
  it("wraps and unwraps under its active key", async () => {
    const keyring = localKeyring(file);
    const context = contextOf(await keyring.current());
    const wrap = await keyring.wrap(dek, context);
    expect(wrap).toMatchObject({ mekRef: await keyring.current(), suite: 1 });
    expect(Buffer.from(await keyring.unwrap(wrap, context))).toEqual(dek);
    await expect(keyring.health()).resolves.toBeUndefined();
  });

  it("names the key that it does not have", async () => {
    const keyring = localKeyring(file);
    const known = contextOf(await keyring.current());
    const context = { ...known, mekRef: "local:0123456789abcdef" };
    const unknown = { name: "MekUnknown", mekRef: "local:0123456789abcdef" };
    const wrap = { ...(await keyring.wrap(dek, known)), mekRef: context.mekRef };
    await expect(keyring.unwrap(wrap, context)).rejects.toMatchObject(unknown);
    await expect(keyring.wrap(dek, context)).rejects.toMatchObject(unknown);
  });

  it("does not unwrap what was wrapped in a way it does not know", async () => {
    const keyring = localKeyring(file);
    const context = contextOf(await keyring.current());
    const wrap = { ...(await keyring.wrap(dek, context)), suite: 2 };
    await expect(keyring.unwrap(wrap, context)).rejects.toMatchObject({ name: "MekUnknown" });
  });

  const faults: [string, () => void, RegExp, string][] = [
    [
      "is missing",
      () => rmSync(file),
      /is missing.*Restore it from its backup.*keys:init/,
      "missing",
    ],
    [
      "others may read",
      () => chmodSync(file, 0o640),
      /others may read it.*chmod 600/,
      "open_to_others",
    ],
    ["is cut short", () => truncateSync(file, 50), /cut short or damaged/, "damaged"],
    ["is empty", () => truncateSync(file, 0), /not a keyring/, "damaged"],
    [
      "is a link",
      () => {
        renameSync(file, `${file}.real`);
        symlinkSync(`${file}.real`, file);
      },
      /symbolic link/,
      "link",
    ],
    [
      "is a folder",
      () => {
        rmSync(file);
        mkdirSync(file, { mode: 0o700 });
      },
      /cannot be read \(EISDIR\)/,
      "unreadable",
    ],
  ];
  const open = () => localKeyring(file);

  it.each(faults)("that %s is refused, with what to do about it", (_, spoil, words, fault) => {
    spoil();
    expect(open).toThrow(words);
    expect(open).toThrow(expect.objectContaining({ code: `keyring:${fault} ${file}` }));
  });

  it("that lies below a file is refused", () => {
    expect(() => localKeyring(join(file, "keyring"))).toThrow(/cannot be read \(ENOTDIR\)/);
  });

  it("whose folder was away for a while is well again, though the file is the same", async () => {
    const keyring = localKeyring(file);
    renameSync(folder, `${folder}.away`);
    await expect(keyring.health()).rejects.toMatchObject({ code: `keyring:missing ${file}` });
    renameSync(`${folder}.away`, folder);
    await expect(keyring.health()).resolves.toBeUndefined();
  });

  it.each(faults)(
    "that %s later stays in use, unwell, until it is mended",
    async (_, spoil, words) => {
      const keyring = localKeyring(file);
      const mekRef = await keyring.current();
      const wrap = await keyring.wrap(dek, contextOf(mekRef));
      copyFileSync(file, `${file}.copy`);
      spoil();
      for (let time = 0; time < 2; time++) {
        await expect(keyring.health()).rejects.toThrow(words);
        expect(await keyring.current()).toBe(mekRef);
      }
      const context = contextOf(mekRef);
      expect(Buffer.from(await keyring.unwrap(await keyring.wrap(dek, context), context))).toEqual(
        dek,
      );
      await expect(keyring.unwrap({ ...wrap, mekRef: "local:gone" }, context)).rejects.toThrow(
        "the master key local:gone is not at hand",
      );
      rmSync(file, { force: true, recursive: true });
      copyFileSync(`${file}.copy`, file);
      chmodSync(file, 0o600);
      await expect(keyring.health()).resolves.toBeUndefined();
    },
  );
});

describe("a keyring whose file changes", () => {
  it("wraps under the new key at once, and opens what the old one wrapped", async () => {
    const old = readFileSync(file);
    const keyring = localKeyring(file);
    const before = contextOf(await keyring.current());
    const wrap = await keyring.wrap(dek, before);
    replace(joined(createKeyring(new Date()), old));
    const after = contextOf(await keyring.current());
    expect(after.mekRef).not.toBe(before.mekRef);
    await expect(keyring.health()).resolves.toBeUndefined();
    expect(Buffer.from(await keyring.unwrap(wrap, before))).toEqual(dek);
    // What was asked for a moment before the change is still done.
    expect((await keyring.wrap(dek, before)).mekRef).toBe(before.mekRef);
  });

  it("opens what another server wrapped under a key it has not seen yet", async () => {
    const old = readFileSync(file);
    const keyring = localKeyring(file);
    replace(joined(createKeyring(new Date()), old));
    const other = localKeyring(file);
    const context = contextOf(await other.current());
    const wrap = await other.wrap(dek, context);
    expect(Buffer.from(await keyring.unwrap(wrap, context))).toEqual(dek);
  });

  it("wraps under the active key wherever that stands among the others", async () => {
    const keyring = localKeyring(file);
    const former = await keyring.current();
    const staged = stageKey(readFileSync(file), new Date());
    const id = decodeKeyring(staged).at(-1)?.id ?? "";
    replace(staged);
    expect(await keyring.current()).toBe(former);
    replace(activateKey(staged, id));
    expect(await keyring.current()).toBe(`local:${id}`);
    expect(await localKeyring(file).current()).toBe(`local:${id}`);
  });

  it("leaves no file open, whether it is read or refused", () => {
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let n = 0; n < 20; n++) localKeyring(file);
    chmodSync(file, 0o644);
    for (let n = 0; n < 20; n++) expect(() => localKeyring(file)).toThrow("others may read it");
    expect(open()).toBeLessThan(before + 10);
  });

  it("no longer has a key that was retired", async () => {
    const old = readFileSync(file);
    const keyring = localKeyring(file);
    const context = contextOf(await keyring.current());
    const wrap = await keyring.wrap(dek, context);
    const fresh = createKeyring(new Date());
    replace(joined(fresh, old));
    await keyring.current();
    replace(fresh);
    // The file is not looked at for a key that is at hand.
    expect(Buffer.from(await keyring.unwrap(wrap, context))).toEqual(dek);
    await keyring.current();
    await expect(keyring.unwrap(wrap, context)).rejects.toMatchObject({ name: "MekUnknown" });
    await expect(keyring.health()).resolves.toBeUndefined();
  });

  it("is not exchanged for one that shares no key with it", async () => {
    const keyring = localKeyring(file);
    const mekRef = await keyring.current();
    const own = readFileSync(file);
    replace(createKeyring(new Date()));
    expect(await keyring.current()).toBe(mekRef);
    await expect(keyring.health()).rejects.toMatchObject({
      message: expect.stringMatching(/none of the keys it had before/),
      code: `keyring:another ${file}`,
    });
    replace(own);
    await expect(keyring.health()).resolves.toBeUndefined();
  });

  it("wraps nothing under a key that the file has no more: who starts anew would not find it", async () => {
    const keyring = localKeyring(file);
    const context = contextOf(await keyring.current());
    const wrap = await keyring.wrap(dek, context);
    replace(createKeyring(new Date()));
    const later = contextOf(await keyring.current());
    await expect(keyring.wrap(dek, later)).rejects.toMatchObject({ code: "local:gone" });
    // What was wrapped before opens for as long as this process runs.
    expect(Buffer.from(await keyring.unwrap(wrap, context))).toEqual(dek);
  });

  it("says of a key that neither the former nor the new file has that it is unknown", async () => {
    const keyring = localKeyring(file);
    const gone = localKeyring(file);
    const context = contextOf(await gone.current());
    const wrap = { ...(await gone.wrap(dek, context)), mekRef: "local:elsewhere" };
    replace(createKeyring(new Date()));
    await expect(keyring.unwrap(wrap, context)).rejects.toMatchObject({
      name: "MekUnknown",
      mekRef: "local:elsewhere",
    });
    await expect(keyring.health()).rejects.toThrow("none of the keys it had before");
  });

  it("is exchanged for one whose rotation and retirement it missed, once that opens a data key", async () => {
    const keyring = localKeyring(file);
    const former = contextOf(await keyring.current());
    replace(createKeyring(new Date()));
    const other = localKeyring(file);
    const context = contextOf(await other.current());
    const wrap = await other.wrap(dek, context);
    const altered = { ...wrap, blob: wrap.blob.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) };
    await expect(keyring.unwrap(altered, context)).rejects.toMatchObject({
      name: "DecryptionError",
    });
    await expect(keyring.health()).rejects.toThrow(/none of the keys it had before/);

    expect(Buffer.from(await keyring.unwrap(wrap, context))).toEqual(dek);
    await expect(keyring.health()).resolves.toBeUndefined();
    expect(await keyring.current()).toBe(context.mekRef);
    await expect(keyring.wrap(dek, former)).rejects.toMatchObject({ name: "MekUnknown" });
  });
});
