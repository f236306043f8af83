import { randomBytes } from "node:crypto";
import { describe, expect, it, jest } from "@jest/globals";
import { dataKey, dekIdOf } from "./data-key.ts";

const hex = (text: string) => Buffer.from(text, "hex");

// The key of the worked example in docs/vault-format.md, which has its subkeys too.
const dek = hex("2b707168b5221c1f5c01f3ce2b18d5cb854c8dec43aa9def2261e139feef4958");
const key = dataKey(2, dek);

/** HKDF of `dek` by WebCrypto: what the format calls `HKDF(DEK, info)`. */
async function hkdf(info: string): Promise<Buffer> {
  const { subtle } = globalThis.crypto;
  const secret = await subtle.importKey("raw", dek, "HKDF", false, ["deriveBits"]);
  const salt = new Uint8Array();
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: Buffer.from(info) };
  return Buffer.from(await subtle.deriveBits(algorithm, secret, 256));
}

async function hmac(secret: Uint8Array, text: string): Promise<Buffer> {
  const { subtle } = globalThis.crypto;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await subtle.importKey("raw", Buffer.from(secret), algorithm, false, ["sign"]);
  return Buffer.from(await subtle.sign("HMAC", imported, Buffer.from(text)));
}

describe("a data key", () => {
  it("has the version it was given", () => {
    expect(key.version).toBe(2);
    expect(dataKey(2 ** 32 - 1, dek).version).toBe(2 ** 32 - 1);
  });

  it("is known by an id that is derived from it", async () => {
    expect(dekIdOf(dek).toString("hex")).toBe("905cbfdababaa8d37f716d314d7a8edf");
    expect(dekIdOf(dek)).toEqual((await hkdf("timos/dek-id/v1")).subarray(0, 16));
    expect(key.dekId).toEqual(dekIdOf(dek));
    expect(dekIdOf(randomBytes(32))).not.toEqual(key.dekId);
  });

  it("has the box key that the format says, another one for each table", async () => {
    const bytes = (table: string) => key.boxKey(table).export();
    expect(bytes("daily_entries").toString("hex")).toBe(
      "3784174a26969c567ac6379f11ef77bcbe64594deb517c7926e809d6ceeaa2bd",
    );
    expect(bytes("moods")).toEqual(await hkdf("timos/box/v1/moods"));
    expect(bytes("moods")).not.toEqual(bytes("daily_entries"));
  });

  it("has the state key that the format says", async () => {
    expect(key.stateKey().export()).toEqual(await hkdf("timos/state/v1"));
    expect(key.stateKey().export().toString("hex")).toBe(
      "8f1138dbc01dbb753b0f6cb0c98f6d17a7d4fd055f30ce99ec0103727c5bd348",
    );
  });

  it("derives each of its keys once", () => {
    const other = dataKey(1, dek);
    expect(other.boxKey("moods")).toBe(other.boxKey("moods"));
    expect(other.boxKey("moods")).not.toBe(other.boxKey("pillars"));
    expect(other.stateKey()).toBe(other.stateKey());
  });

  it("leaves the bytes it was made of alone, and goes on working when they are wiped", () => {
    const bytes = Buffer.from(dek);
    const made = dataKey(1, bytes);
    expect(bytes).toEqual(dek);
    bytes.fill(0);
    expect(made.boxKey("moods").export()).toEqual(key.boxKey("moods").export());
    expect(made.dekId).toEqual(key.dekId);
  });

  it("leaves no bytes of the keys it derives", () => {
    const buffers = jest.spyOn(Buffer, "from");
    const fresh = dataKey(1, dek);
    for (const subkey of [() => fresh.boxKey("moods"), () => fresh.stateKey()]) {
      buffers.mockClear();
      subkey();
      const made = buffers.mock.results
        .map(({ value }) => value)
        .filter((value) => Buffer.isBuffer(value));
      expect(made.filter((bytes) => bytes.length === 32)).toEqual([Buffer.alloc(32)]);
    }
    buffers.mockRestore();
  });
});

describe("a blind value", () => {
  it("is what the format's example says", () => {
    expect(key.blind("daily_entries", "dayKey", "2026-11-21").toString("hex")).toBe(
      "47155a1ba48a80c2c55c7c123a0ade0b",
    );
  });

  it("is half an HMAC of the value in UTF-8, under the key of its column", async () => {
    const mac = await hmac(await hkdf("timos/blind/v1/moods/name"), "größe 語 😀");
    expect(key.blind("moods", "name", "größe 語 😀")).toEqual(mac.subarray(0, 16));
  });

  it("is 16 bytes, equal for equal values of one column only", () => {
    const value = key.blind("daily_entries", "dayKey", "2026-11-21");
    expect(value).toHaveLength(16);
    expect(key.blind("daily_entries", "dayKey", "2026-11-21")).toEqual(value);
    expect(key.blind("daily_entries", "dayKey", "2026-11-22")).not.toEqual(value);
    expect(key.blind("feels_entries", "dayKey", "2026-11-21")).not.toEqual(value);
    expect(key.blind("daily_entries", "otherKey", "2026-11-21")).not.toEqual(value);
  });

  it("is another one under another owner's key", () => {
    const other = dataKey(1, randomBytes(32));
    expect(other.blind("daily_entries", "dayKey", "2026-11-21")).not.toEqual(
      key.blind("daily_entries", "dayKey", "2026-11-21"),
    );
  });
});
