import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { dataKey } from "./data-key.ts";
import { elementOf, fromBytes, modulo, sumToBytes, type CountedRow } from "./multiset.ts";

const hex = (text: string) => Buffer.from(text, "hex");
const MODULUS = 1n << 256n;

// The example of docs/vault-format.md, "State".
const dek = hex("2b707168b5221c1f5c01f3ce2b18d5cb854c8dec43aa9def2261e139feef4958");
const key = dataKey(2, dek);
const owner = hex("1557f949eb074ee1de813d3598b394ea");
const entry = { id: hex("33b8a4c2584fc9f1b6dbf8da314e807c"), rev: 1001, purgeAfter: null };
const inHex = (element: bigint) => sumToBytes(element).toString("hex");

describe("what a row adds to the sum", () => {
  it("is what the format's example says", () => {
    expect(inHex(elementOf(key, "daily_entries", entry))).toBe(
      "dc2af6659c1b5d7da28892df64c076f3df2a070c1ba16b8846c15a2e694ae807",
    );
    expect(inHex(elementOf(key, "vault_heads", { ...entry, id: owner }))).toBe(
      "83ad30fb002e291d114604aa4427057ea006a0328fa5b9309390f50aedd9041a",
    );
    expect(inHex(elementOf(key, "daily_entries", { ...entry, purgeAfter: "2026-12-21" }))).toBe(
      "5d2ef15903eddf4446612120313cd092e173af0c308092b02ec213c05ae9f2e8",
    );
  });

  it("is the HMAC of the bytes that the format lists, under the state key", () => {
    const state = hex("8f1138dbc01dbb753b0f6cb0c98f6d17a7d4fd055f30ce99ec0103727c5bd348");
    const listed = Buffer.concat([
      Buffer.from("timos/state/v1\0"),
      hex("00000004"),
      Buffer.concat([hex("0000000d"), Buffer.from("daily_entries")]),
      Buffer.concat([hex("00000010"), entry.id]),
      hex("00000008" + "001fffffffffffff"),
      Buffer.concat([hex("0000000a"), Buffer.from("2026-12-21")]),
    ]);
    const row = { ...entry, rev: 2 ** 53 - 1, purgeAfter: "2026-12-21" };
    expect(inHex(elementOf(key, "daily_entries", row))).toBe(
      createHmac("sha256", state).update(listed).digest("hex"),
    );
  });

  it.each<[string, string, Partial<CountedRow>]>([
    ["its table", "record_versions", {}],
    ["its id", "daily_entries", { id: owner }],
    ["its revision", "daily_entries", { rev: 1002 }],
    ["its day in the trash", "daily_entries", { purgeAfter: "2026-12-22" }],
  ])("is another for another one of %s", (_, table, change) => {
    const before = elementOf(key, "daily_entries", entry);
    expect(elementOf(key, table, { ...entry, ...change })).not.toBe(before);
  });

  it.each([2 ** 53, 2 ** 63, 2 ** 64 - 2048, 2 ** 64])(
    "is another for a revision that nobody gives: %d",
    (rev) => {
      const before = elementOf(key, "daily_entries", entry);
      expect(elementOf(key, "daily_entries", { ...entry, rev })).not.toBe(before);
    },
  );

  it("is another under another key, so that nobody without the key can compute it", () => {
    const other = dataKey(2, randomBytes(32));
    const element = elementOf(key, "daily_entries", entry);
    expect(elementOf(other, "daily_entries", entry)).not.toBe(element);
  });
});

describe("a sum", () => {
  const anySum = fc.bigInt({ min: 0n, max: MODULUS - 1n });

  it("is what the format's example says", () => {
    const head = elementOf(key, "vault_heads", { ...entry, id: owner });
    expect(inHex(elementOf(key, "daily_entries", entry) + head)).toBe(
      "5fd827609c49869ab3ce9789a8e77c727f30a73eab4724b8da524f395723ec21",
    );
  });

  it("goes on at 0 after 2²⁵⁶ − 1, in both directions", () => {
    expect(modulo(MODULUS - 1n)).toBe(MODULUS - 1n);
    expect(modulo(MODULUS)).toBe(0n);
    expect(modulo(MODULUS + 5n)).toBe(5n);
    expect(modulo(-1n)).toBe(MODULUS - 1n);
  });

  it("is left by what is taken away as it was before that came", () => {
    fc.assert(
      fc.property(anySum, anySum, (sum, element) => {
        expect(modulo(modulo(sum + element) - element)).toBe(sum);
      }),
    );
  });

  it("is stored in 32 bytes, the most significant first, whatever it is", () => {
    expect(sumToBytes(0n)).toEqual(Buffer.alloc(32));
    expect(inHex(1n)).toBe("00".repeat(31) + "01");
    expect(inHex(0x0102n << 240n)).toBe("0102" + "00".repeat(30));
    expect(inHex(-1n)).toBe("ff".repeat(32));
    fc.assert(
      fc.property(anySum, (sum) => {
        const bytes = sumToBytes(sum);
        expect(bytes).toHaveLength(32);
        expect(fromBytes(bytes)).toBe(sum);
      }),
    );
  });
});
