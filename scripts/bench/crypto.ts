/**
 * A box against the call of node:crypto inside it, and against OpenSSL without Node.
 *
 * "Raw" is the least that node:crypto can be asked to do for the same text: `createCipheriv` with a key object, one
 * nonce used again and again, associated data of the same length made beforehand, the text as bytes already and
 * without padding; one `update`, `final`, `getAuthTag`, the results left where they are. Raw opening likewise. A box
 * does more: it takes a string, pads it, draws a nonce, makes the associated data and one buffer to be stored.
 * "Raw, one buffer" encodes the same string and joins nonce, ciphertext and tag, the least that could be stored.
 */
import { spawnSync } from "node:child_process";
import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import { open, OVERHEAD_BYTES, seal, type Place } from "../../api/src/crypto/box.ts";
import { dataKey } from "../../api/src/crypto/data-key.ts";
import { paddedLength } from "../../api/src/crypto/padding.ts";
import { nonce, randomBytes } from "../../api/src/crypto/random.ts";
import { atLeast, atMost, compare, inRow, type Part, type Row, type Target } from "./measure.ts";

const SIZES = [
  ["64 B", 64],
  ["256 B", 256],
  ["2 KiB", 2048],
  ["64 KiB", 65_536],
  ["1 MiB", 1_048_576],
] as const;

const OPTIONS = { authTagLength: 16 };
const place: Place = {
  table: "daily_entries",
  box: "sealed",
  ownerId: randomBytes(16),
  rowId: randomBytes(16),
  rev: 4711,
};

export const crypto: Part = {
  name: "crypto",
  title: "sealing and opening boxes against node:crypto and OpenSSL",
  run: async (say) => {
    const sealing: Row[] = [];
    const opening: Row[] = [];
    const limits: Row[] = [];
    const targets: Target[] = [];
    for (const [size, length] of SIZES) {
      say(size);
      const { sealed, opened } = await measureSize(length);
      sealing.push(...sealed.map((measured) => ({ text: size, ...inRow(measured) })));
      opening.push(...opened.map((measured) => ({ text: size, ...inRow(measured) })));
      const [, joined, ours] = sealed;
      const [, oursOpened] = opened;
      if (size === "2 KiB") {
        targets.push(
          atMost("seal / raw at 2 KiB", 1.9, ours.ratio),
          atMost("open / raw at 2 KiB", 1.5, oursOpened.ratio),
        );
      }
      if (size === "1 MiB") {
        targets.push(
          atLeast("throughput of seal, % of raw at 1 MiB", 95, 100 / ours.ratio),
          atLeast(
            "throughput of seal, % of raw with one buffer at 1 MiB",
            95,
            (100 * joined.ratio) / ours.ratio,
          ),
          atLeast("throughput of open, % of raw at 1 MiB", 95, 100 / oursOpened.ratio),
        );
      }
      limits.push({ text: size, ...limitOf(length) });
    }
    say("1 MiB step by step");
    const steps = await measureSteps(1_048_576);
    say("nonces");
    const nonces = await compare([
      { name: "randomBytes(12)", run: () => randomBytes(12) },
      { name: "nonce() from the pool", run: () => nonce() },
    ]);
    return {
      tables: [
        { title: "Sealing", rows: sealing },
        { title: "Opening", rows: opening },
        { title: "From the raw call to a seal at 1 MiB", rows: steps.map(inRow) },
        { title: "OpenSSL alone (openssl speed -evp aes-256-gcm)", rows: limits },
        { title: "Nonces", rows: nonces.map(inRow) },
      ],
      targets,
    };
  },
};

const key = dataKey(1, randomBytes(32));
const rawKey = createSecretKey(randomBytes(32));
const iv = nonce();
const aad = randomBytes(120);

const rawCipher = () => createCipheriv("aes-256-gcm", rawKey, iv, OPTIONS).setAAD(aad);

function rawSeal(bytes: Buffer) {
  const cipher = rawCipher();
  const ciphertext = cipher.update(bytes);
  cipher.final();
  return { ciphertext, tag: cipher.getAuthTag() };
}

function rawSealJoined(text: string): Buffer {
  const cipher = rawCipher();
  const ciphertext = cipher.update(text, "utf8");
  return Buffer.concat([iv, ciphertext, cipher.final(), cipher.getAuthTag()]);
}

function rawOpen({ ciphertext, tag }: ReturnType<typeof rawSeal>): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", rawKey, iv, OPTIONS).setAAD(aad);
  const opened = decipher.setAuthTag(tag).update(ciphertext);
  decipher.final();
  return opened;
}

async function measureSize(length: number) {
  const text = "a".repeat(length);
  const german = "Die Tage sind kürzer geworden, und es regnet nun. "
    .repeat(Math.ceil(length / 50))
    .slice(0, length);
  const bytes = Buffer.from(text);
  const rawSealed = rawSeal(bytes);
  const box = seal(key, place, text);
  const sealed = await compare([
    { name: "raw", run: () => rawSeal(bytes) },
    { name: "raw, one buffer", run: () => rawSealJoined(text) },
    { name: "seal", run: () => seal(key, place, text) },
    { name: "seal, 1 letter in 50 not ASCII", run: () => seal(key, place, german) },
  ]);
  const opened = await compare([
    { name: "raw", run: () => rawOpen(rawSealed) },
    { name: "open", run: () => open(key, place, box) },
  ]);
  return { sealed, opened };
}

/** What a seal does beyond the raw call, one step more in each row. */
async function measureSteps(length: number) {
  const text = "a".repeat(length);
  const bytes = Buffer.from(text);
  const padded = Buffer.alloc(paddedLength(4 + length), "a");
  return compare([
    { name: "raw", run: () => rawSeal(bytes) },
    { name: "raw, of the padded length", run: () => rawSeal(padded) },
    {
      name: "the same, copied by 64 KiB into one buffer",
      run: () => {
        const cipher = rawCipher();
        const box = Buffer.allocUnsafe(OVERHEAD_BYTES + padded.length);
        for (let at = 0; at < padded.length; at += 65_536) {
          box.set(cipher.update(padded.subarray(at, at + 65_536)), 34 + at);
        }
        cipher.final();
        box.set(cipher.getAuthTag(), 34 + padded.length);
        return box;
      },
    },
    { name: "seal: the same from a string, encoded in place", run: () => seal(key, place, text) },
  ]);
}

/** What OpenSSL does in C, without setting up key, nonce or associated data for each message. */
function limitOf(length: number): Row {
  const args = ["speed", "-evp", "aes-256-gcm", "-bytes", `${length}`, "-seconds", "1", "-mr"];
  const { stdout, error } = spawnSync("openssl", args, { encoding: "utf8" });
  if (error !== undefined) return { µs: "openssl is not installed", "MB a second": "" };
  const bytesPerSecond = Number(/^\+F:\d+:[^:]+:([\d.]+)$/m.exec(stdout)?.[1] ?? NaN);
  return { µs: (length / bytesPerSecond) * 1e6, "MB a second": bytesPerSecond / 1e6 };
}
