import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { sealStream } from "../../api/src/crypto/stream.ts";
import { openFile } from "./file.ts";

const key = randomBytes(32);
let folder: string;
let request: { sealed: string; keyFile: string; to: string };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "open-file-"));
  const [sealed = "", keyFile = "", to = ""] = ["sealed", "key", "opened"].map((name) =>
    join(folder, name),
  );
  request = { sealed, keyFile, to };
  writeFileSync(keyFile, `${key.toString("hex")}\n`);
});

afterEach(() => rmSync(folder, { recursive: true }));

async function sealed(content: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of sealStream(key, [content])) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("the reader of a sealed file", () => {
  it.each([0, 1, 65_536, 3_000_000])(
    "opens one of %i bytes, by a key in hex or in bytes",
    async (length) => {
      const content = randomBytes(length);
      writeFileSync(request.sealed, await sealed(content));
      expect(await openFile(request)).toBe(length);
      expect(readFileSync(request.to).equals(content)).toBe(true);
      expect(statSync(request.to).mode & 0o777).toBe(0o600);
      writeFileSync(request.keyFile, key);
      expect(await openFile({ ...request, to: `${request.to}2` })).toBe(length);
    },
  );

  it("leaves nothing of one that was altered, cut short, or has another key", async () => {
    const whole = await sealed(randomBytes(200_000));
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(150_000) ^ 1, 150_000);
    // Cut at the end of a chunk, where no tag is missing.
    const damaged = [
      flipped,
      whole.subarray(0, 66 + 2 * (65_536 + 16)),
      whole.subarray(0, 30),
      Buffer.alloc(0),
    ];
    for (const bytes of damaged) {
      writeFileSync(request.sealed, bytes);
      await expect(openFile(request)).rejects.toThrow("does not open");
    }
    writeFileSync(request.sealed, whole);
    writeFileSync(request.keyFile, randomBytes(32));
    await expect(openFile(request)).rejects.toThrow("does not open");
    writeFileSync(request.keyFile, "a word");
    await expect(openFile(request)).rejects.toThrow("holds no key");
    expect(readdirSync(folder).sort()).toEqual(["key", "sealed"]);
  });

  it("never writes over what is there", async () => {
    writeFileSync(request.sealed, await sealed(Buffer.from("new")));
    for (const name of [request.to, `${request.to}.part`]) {
      writeFileSync(name, "old");
      await expect(openFile(request)).rejects.toThrow(/already|EEXIST/);
      expect(readFileSync(name, "utf8")).toBe("old");
      rmSync(name);
    }
  });
});
