import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CHUNK_BYTES, difference, indexed, overlay } from "./chunks.ts";
import { packTablespace, unpackTablespace } from "./tablespace.ts";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The bytes in pieces of `step`, as a stream might bring them. */
async function* inSteps(bytes: Buffer, step: number): AsyncGenerator<Buffer> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

async function all(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

async function indexOf(bytes: Buffer): Promise<Buffer> {
  const { stream, index } = indexed(inSteps(bytes, 50_000));
  expect(() => index()).toThrow("once it was read");
  // Jest compares buffers byte by byte, which takes seconds.
  expect((await all(stream)).equals(bytes)).toBe(true);
  return index();
}

/** Streams of a few chunks: whole ones of a repeated byte, and an end of any length. */
const content = fc
  .tuple(fc.array(fc.nat(2), { maxLength: 5 }), fc.nat(CHUNK_BYTES - 1), fc.nat(2))
  .map(([chunks, rest, byte]) =>
    Buffer.concat([
      ...chunks.map((value) => Buffer.alloc(CHUNK_BYTES, value)),
      Buffer.alloc(rest, byte),
    ]),
  );
const step = fc.constantFrom(7_001, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES);

describe("an incremental stream", () => {
  it("gives with its base what it was made of, whether it grew, shrank or changed", async () => {
    await fc.assert(
      fc.asyncProperty(content, content, step, step, async (base, now, one, other) => {
        const changed = difference(inSteps(now, one), await indexOf(base));
        const changes = await all(changed.stream);
        expect(changed.index()).toEqual(await indexOf(now));
        const restored = await all(overlay(inSteps(base, other), inSteps(changes, one)));
        expect(restored.equals(now)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("holds the chunks that differ, and nothing else", async () => {
    const base = Buffer.alloc(4 * CHUNK_BYTES + 10, 1);
    const now = Buffer.from(base);
    now[2 * CHUNK_BYTES] = 2;
    const { stream } = difference(inSteps(now, 100_000), await indexOf(base));
    const changes = await all(stream);
    expect(changes.length).toBe(8 + CHUNK_BYTES + 12);
    expect(changes.readUInt32BE(0)).toBe(2);
    expect(changes.readBigUInt64BE(changes.length - 8)).toBe(BigInt(now.length));
  });

  it("is refused on another base, cut off, out of order, and with something behind it", async () => {
    const base = Buffer.alloc(3 * CHUNK_BYTES + 5, 1);
    const now = Buffer.from(base).fill(2, CHUNK_BYTES, CHUNK_BYTES + 1);
    const { stream } = difference(inSteps(now, 100_000), await indexOf(base));
    const changes = await all(stream);
    const restored = (of: Buffer, by: Buffer) =>
      all(overlay(inSteps(of, 99_999), inSteps(by, 9_999)));
    await expect(restored(base.subarray(0, 100), changes)).rejects.toThrow("does not fit");
    await expect(restored(base.subarray(0, -1), changes)).rejects.toThrow("does not fit");
    for (const cut of [1, 12, 13, CHUNK_BYTES]) {
      await expect(restored(base, changes.subarray(0, -cut))).rejects.toThrow("cut off");
    }
    const behind = Buffer.concat([changes, Buffer.of(0)]);
    await expect(restored(base, behind)).rejects.toThrow("behind its end");
    const chunk = changes.subarray(0, -12);
    const twice = Buffer.concat([chunk, chunk, changes.subarray(-12)]);
    await expect(restored(base, twice)).rejects.toThrow("not in order");
  });

  it("has the index that anybody would make of the chunks", async () => {
    const bytes = Buffer.from(Array.from({ length: CHUNK_BYTES + 3 }, (_, at) => at % 251));
    const hash = (part: Buffer) => createHash("sha256").update(part).digest();
    expect(await indexOf(bytes)).toEqual(
      Buffer.concat([hash(bytes.subarray(0, CHUNK_BYTES)), hash(bytes.subarray(CHUNK_BYTES))]),
    );
    expect(await indexOf(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  });
});

it("packs a tablespace into one stream and out of it again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tablespace-"));
  try {
    const [from, to] = ["from", "to"].map((name) => ({
      cfg: join(folder, `${name}.cfg`),
      ibd: join(folder, `${name}.ibd`),
    })) as [{ cfg: string; ibd: string }, { cfg: string; ibd: string }];
    writeFileSync(from.cfg, "what it is");
    writeFileSync(from.ibd, Buffer.alloc(3_000_000, 7));
    const packed = await all(packTablespace(from));
    expect(packed.length).toBe(4 + 10 + 3_000_000);
    await unpackTablespace(inSteps(packed, 30_011), to);
    expect(readFileSync(to.cfg, "utf8")).toBe("what it is");
    expect(readFileSync(to.ibd).equals(readFileSync(from.ibd))).toBe(true);
    // Nothing that is there is written over.
    await expect(unpackTablespace(Readable.from([packed]), to)).rejects.toThrow("EEXIST");
    await expect(unpackTablespace(Readable.from([packed.subarray(0, 3)]), to)).rejects.toThrow(
      "cut off",
    );
    const noise = Readable.from([Buffer.alloc(100, 0xff)]);
    await expect(unpackTablespace(noise, to)).rejects.toThrow("no tablespace");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
