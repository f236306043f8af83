import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import * as z from "zod";
import {
  referenceOpenStream,
  referenceSealChunk,
  referenceSealStream,
} from "../../test/reference-stream.ts";
import { DecryptionError } from "./decryption-error.ts";
import { openStream, sealStream } from "./stream.ts";

const HEADER = 66;
const CHUNK = 65_536;
const SEALED_CHUNK = CHUNK + 16;
const BORDERS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 200_000];

const fileKey = randomBytes(32);
const seal = (file: Buffer, key = fileKey) => buffer(sealStream(key, [file]));
const open = (sealed: Buffer, key = fileKey) => buffer(openStream(key, [sealed]));

/** Byte i is 7i + ⌊i/256⌋ mod 256: no two chunks are the same, and a reader in another language can make it. */
const sample = (length: number) =>
  Buffer.from(Array.from({ length }, (_, i) => (7 * i + Math.floor(i / 256)) % 256));

/** The header and the chunks of a stream. */
function split(sealed: Buffer): Buffer[] {
  const parts = [sealed.subarray(0, HEADER)];
  for (let at = HEADER; at < sealed.length; at += SEALED_CHUNK) {
    parts.push(sealed.subarray(at, at + SEALED_CHUNK));
  }
  return parts;
}

const flipped = (bytes: Buffer, at: number, bit = 0) => {
  const altered = Buffer.from(bytes);
  altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at);
  return altered;
};

describe("an attachment stream", () => {
  it.each(BORDERS)("of %i bytes opens to what was sealed", async (length) => {
    const file = sample(length);
    const sealed = await seal(file);
    const chunks = Math.max(1, Math.ceil(length / CHUNK));
    expect(sealed).toHaveLength(HEADER + length + 16 * chunks);
    expect((await open(sealed)).equals(file)).toBe(true);
  });

  it.each(BORDERS)("of %i bytes is, byte for byte, what WebCrypto makes", async (length) => {
    const file = sample(length);
    const sealed = await seal(file);
    const again = await referenceSealStream(fileKey, sealed.subarray(2, 34), file);
    expect(again.equals(sealed)).toBe(true);
    expect((await referenceOpenStream(fileKey, sealed)).equals(file)).toBe(true);
  });

  it("is the same wherever the pieces are cut", async () => {
    const file = sample(150_000);
    const sealed = await seal(file);
    const cuts = fc.array(fc.nat({ max: sealed.length }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const cut = (bytes: Buffer) => {
          const sorted = [0, ...places.sort((a, b) => a - b), bytes.length];
          return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
        };
        expect((await buffer(openStream(fileKey, cut(sealed)))).equals(file)).toBe(true);
        expect((await open(await buffer(sealStream(fileKey, cut(file))))).equals(file)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("goes through a pipeline of Node's streams, byte by byte at worst", async () => {
    const file = sample(70_000);
    const bytewise = Readable.from(Array.from(file, (byte) => Buffer.from([byte])));
    const sealed = Readable.from(sealStream(fileKey, bytewise));
    expect((await buffer(openStream(fileKey, sealed))).equals(file)).toBe(true);
  });

  it("holds one chunk of the file at a time, and yields each before it takes the next but one", async () => {
    let taken = 0;
    function* endless() {
      for (;;) {
        taken++;
        yield Buffer.alloc(CHUNK);
      }
    }
    const sealed = sealStream(fileKey, endless());
    let bytes = 0;
    while (bytes < 20 * CHUNK) {
      const { value } = (await sealed.next()) as { value: Buffer };
      bytes += value.length;
      expect(taken).toBeLessThanOrEqual(Math.ceil(bytes / CHUNK) + 1);
    }
    await sealed.return(undefined);
  });

  it("is opened holding one chunk of it at a time", async () => {
    const parts = split(await seal(sample(10 * CHUNK)));
    let taken = 0;
    function* counted() {
      for (const part of parts) {
        taken++;
        yield part;
      }
    }
    let yielded = 0;
    for await (const chunk of openStream(fileKey, counted())) {
      yielded++;
      expect(chunk).toHaveLength(CHUNK);
      // The header, the chunk, and the one after it, by whose presence it is known not to be the last.
      expect(taken).toBe(Math.min(yielded + 2, parts.length));
    }
    expect(yielded).toBe(10);
  });

  it("has another salt and other bytes each time", async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => seal(sample(10))));
    expect(new Set(streams.map((sealed) => sealed.toString("hex", 2, 34))).size).toBe(50);
    expect(new Set(streams.map((sealed) => sealed.toString("hex", HEADER))).size).toBe(50);
  });

  it("passes on what goes wrong with the source", async () => {
    function* broken() {
      yield sample(CHUNK + 1);
      throw new Error("the disk is gone");
    }
    await expect(buffer(sealStream(fileKey, broken()))).rejects.toThrow("the disk is gone");
    await expect(buffer(openStream(fileKey, broken()))).rejects.toThrow(DecryptionError);
  });

  it.each([0, 16, 31, 33])("takes no key of %i bytes", async (length) => {
    const key = randomBytes(length);
    const complaint = new RangeError("the key of a file has 32 bytes");
    await expect(seal(sample(1), key)).rejects.toThrow(complaint);
    await expect(open(await seal(sample(1)), key)).rejects.toThrow(complaint);
  });
});

describe("what a stream leaves in memory", () => {
  const isZero = (bytes: Buffer) => bytes.every((byte) => byte === 0);

  /** What `run` allocated of a chunk's size and more, when it was over. */
  async function buffersOf(run: () => Promise<unknown>): Promise<Buffer[]> {
    const buffers = jest.spyOn(Buffer, "alloc");
    await run();
    const made = buffers.mock.results
      .map(({ value }) => value)
      .filter((value) => Buffer.isBuffer(value));
    buffers.mockRestore();
    return made.filter((bytes) => bytes.length >= CHUNK);
  }

  const file = sample(2 * CHUNK);

  it.each([
    ["was read to its end", () => seal(file)],
    [
      "was left in the middle",
      async () => {
        const stream = sealStream(fileKey, [file]);
        for (let i = 0; i < 2; i++) await stream.next();
        await stream.return(undefined);
      },
    ],
    [
      "broke off with its source",
      async () => {
        function* broken() {
          yield file;
          throw new Error("the disk is gone");
        }
        await expect(buffer(sealStream(fileKey, broken()))).rejects.toThrow("the disk is gone");
      },
    ],
  ])("is nothing of the file once it %s", async (_, run) => {
    const made = await buffersOf(run);
    expect(made.length).toBeGreaterThan(0);
    expect(made.every(isZero)).toBe(true);
  });

  it("is not its key, on either side", async () => {
    const sealed = await seal(sample(10));
    const buffers = jest.spyOn(Buffer, "from");
    await seal(sample(10));
    await open(sealed);
    const derived = buffers.mock.results
      .map(({ value }) => value)
      .filter((value) => Buffer.isBuffer(value));
    buffers.mockRestore();
    const keys = derived.filter((bytes) => bytes.length === 64);
    expect(keys).toHaveLength(2);
    expect(keys.every((bytes) => isZero(bytes.subarray(0, 32)))).toBe(true);
    // The other half is the commitment, which is no secret.
    expect(keys[1]?.subarray(32)).toEqual(sealed.subarray(34, HEADER));
  });
});

describe("an altered attachment stream", () => {
  const file = sample(3 * CHUNK + 100);

  it("does not open with any bit of its header flipped", async () => {
    const sealed = await seal(sample(100));
    for (let bit = 0; bit < HEADER * 8; bit++) {
      await expect(open(flipped(sealed, bit >> 3, bit & 7))).rejects.toThrow(DecryptionError);
    }
  });

  it("does not open with any byte of a short one's chunk altered", async () => {
    const sealed = await seal(sample(100));
    for (let at = HEADER; at < sealed.length; at++) {
      await expect(open(flipped(sealed, at))).rejects.toThrow(DecryptionError);
    }
  });

  it("does not open with a bit flipped at the beginning, the end or the tag of any chunk", async () => {
    const sealed = await seal(file);
    const places = split(sealed)
      .slice(1)
      .flatMap((chunk, i) => {
        const start = HEADER + i * SEALED_CHUNK;
        const end = start + chunk.length;
        return [start, end - 17, end - 16, end - 1];
      });
    expect(places).toHaveLength(16);
    for (const at of places) {
      await expect(open(flipped(sealed, at))).rejects.toThrow(DecryptionError);
    }
  });

  it("does not open when cut at any border of its chunks, or one byte beside it", async () => {
    const sealed = await seal(file);
    const borders = [0, 2, 34, HEADER, ...[1, 2, 3].map((i) => HEADER + i * SEALED_CHUNK)];
    const lengths = [...borders.flatMap((at) => [at - 1, at, at + 1]), sealed.length - 1];
    for (const length of lengths.filter((length) => length >= 0)) {
      await expect(open(sealed.subarray(0, length))).rejects.toThrow(DecryptionError);
    }
  });

  it("does not open when a short one is cut anywhere", async () => {
    const sealed = await seal(sample(100));
    for (let length = 0; length < sealed.length; length++) {
      await expect(open(sealed.subarray(0, length))).rejects.toThrow(DecryptionError);
    }
  });

  it("does not open when it goes on after its end", async () => {
    for (const length of [0, 1, CHUNK, CHUNK + 1]) {
      const sealed = await seal(sample(length));
      const [header, first] = split(sealed);
      for (const more of [Buffer.alloc(1), Buffer.alloc(16), sealed, header, first]) {
        const longer = Buffer.concat([sealed, more ?? Buffer.alloc(0)]);
        await expect(open(longer)).rejects.toThrow(DecryptionError);
      }
    }
  });

  it("does not open with chunks left out, exchanged or repeated", async () => {
    const [header, a, b, c, d] = split(await seal(file)) as [Buffer, ...Buffer[]];
    const orders = [
      [b, c, d],
      [a, c, d],
      [a, b, d],
      [a, b, c],
      [b, a, c, d],
      [a, c, b, d],
      [a, b, d, c],
      [a, a, b, c, d],
      [a, b, b, c, d],
      [a, b, c, c, d],
      [a, b, c, d, d],
      [d],
      [],
    ];
    for (const order of orders) {
      const altered = Buffer.concat([header, ...order.map((chunk) => chunk ?? Buffer.alloc(0))]);
      await expect(open(altered)).rejects.toThrow(DecryptionError);
    }
  });

  it("does not open with the chunk of another stream under the same key", async () => {
    const [header, a, b] = split(await seal(sample(CHUNK + 5))) as [Buffer, Buffer, Buffer];
    const [, x, y] = split(await seal(sample(CHUNK + 5))) as [Buffer, Buffer, Buffer];
    for (const chunks of [
      [x, b],
      [a, y],
      [x, y],
    ]) {
      await expect(open(Buffer.concat([header, ...chunks]))).rejects.toThrow(DecryptionError);
    }
  });

  it("does not open under another key", async () => {
    await expect(open(await seal(file), randomBytes(32))).rejects.toThrow(DecryptionError);
  });

  it("does not open when an empty chunk was put at its end by someone who has the key", async () => {
    const salt = randomBytes(32);
    const honest = await referenceSealStream(fileKey, salt, sample(CHUNK));
    // A stream of two chunks, the second one empty: made from one of 65,537 bytes, where the first is not the last.
    const longer = await referenceSealStream(fileKey, salt, sample(CHUNK + 1));
    const empty = await referenceSealChunk(
      fileKey,
      honest.subarray(0, HEADER),
      1,
      true,
      Buffer.alloc(0),
    );
    const twoForms = Buffer.concat([longer.subarray(0, HEADER + SEALED_CHUNK), empty]);
    expect((await open(honest)).equals(sample(CHUNK))).toBe(true);
    expect((await referenceOpenStream(fileKey, twoForms)).equals(sample(CHUNK))).toBe(true);
    await expect(open(twoForms)).rejects.toThrow(DecryptionError);
  });

  it.each([
    ["another format", 0],
    ["another suite", 1],
    ["another commitment", 40],
  ])("does not open with %s, though its chunks are bound to that", async (_, at) => {
    const header = flipped((await seal(sample(10))).subarray(0, HEADER), at);
    const chunk = await referenceSealChunk(fileKey, header, 0, true, sample(10));
    await expect(open(Buffer.concat([header, chunk]))).rejects.toThrow(DecryptionError);
  });

  it("yields only chunks that are authentic, and fails at the first that is not", async () => {
    const sealed = flipped(await seal(file), HEADER + 2 * SEALED_CHUNK + 5);
    const yielded: Buffer[] = [];
    await expect(async () => {
      for await (const chunk of openStream(fileKey, [sealed])) yielded.push(Buffer.from(chunk));
    }).rejects.toThrow(DecryptionError);
    expect(Buffer.concat(yielded).equals(file.subarray(0, 2 * CHUNK))).toBe(true);
  });

  it("fails with words that say nothing of why", async () => {
    const sealed = await seal(sample(100));
    const attempts = [
      open(flipped(sealed, 0)),
      open(flipped(sealed, 40)),
      open(flipped(sealed, 70)),
    ];
    const failures = await Promise.all(attempts.map((attempt) => attempt.catch(String)));
    expect(new Set(failures)).toEqual(new Set(["DecryptionError: decryption failed"]));
  });
});

describe("the committed vectors of the attachment stream", () => {
  const hex = z.hex().transform((text) => Buffer.from(text, "hex"));
  const Vectors = z.array(
    z.object({
      length: z.int(),
      fileKey: hex,
      salt: hex,
      header: hex,
      sealedLength: z.int(),
      sealedSha256: z.hex(),
      lastTag: z.hex(),
    }),
  );
  const file = new URL("./stream.vectors.json", import.meta.url);
  const vectors = Vectors.parse(JSON.parse(readFileSync(file, "utf8")));

  it("cover the borders of the chunks", () => {
    expect(vectors.map(({ length }) => length)).toEqual([0, 1, 65535, 65536, 65537, 200000]);
  });

  it.each(vectors.map((vector) => [vector.length, vector] as const))(
    "%i bytes",
    async (length, vector) => {
      const sealed = await referenceSealStream(vector.fileKey, vector.salt, sample(length));
      expect(sealed).toHaveLength(vector.sealedLength);
      expect(sealed.subarray(0, HEADER)).toEqual(vector.header);
      expect(sealed.toString("hex", sealed.length - 16)).toBe(vector.lastTag);
      expect(createHash("sha256").update(sealed).digest("hex")).toBe(vector.sealedSha256);
      expect((await open(sealed, vector.fileKey)).equals(sample(length))).toBe(true);
    },
  );
});
