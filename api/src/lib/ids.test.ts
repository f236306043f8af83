import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Id } from "../contract/values.ts";
import { asUuid, bytesToUuid, uuidToBytes } from "./ids.ts";

const sixteenBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("an id as bytes", () => {
  it("is its hexadecimal digits in their order", () => {
    const bytes = Buffer.from("000102030405460788090a0b0c0d0eff", "hex");
    expect(uuidToBytes("00010203-0405-4607-8809-0a0b0c0d0eff")).toEqual(bytes);
    expect(bytesToUuid(bytes)).toBe("00010203-0405-4607-8809-0a0b0c0d0eff");
  });

  it("leads back to the id, in lower case", () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(uuidToBytes(id)).toHaveLength(16);
        expect(bytesToUuid(uuidToBytes(id.toUpperCase()))).toBe(id);
      }),
    );
  });

  it("leads back to the bytes, also of a view into longer ones", () => {
    fc.assert(
      fc.property(sixteenBytes, (bytes) => {
        const longer = new Uint8Array([1, 2, 3, ...bytes, 4]);
        expect(new Uint8Array(uuidToBytes(bytesToUuid(longer.subarray(3, 19))))).toEqual(bytes);
      }),
    );
  });
});

describe("bytes marked as an id", () => {
  it("are one that clients could have made, and keep the 122 bits that are free", () => {
    fc.assert(
      fc.property(sixteenBytes, (bytes) => {
        const before = Uint8Array.from(bytes);
        const id = asUuid(bytes);
        expect(Id.parse(id)).toBe(id);
        expect(bytes).toEqual(before);
        const marked = uuidToBytes(id);
        const free = [255, 255, 255, 255, 255, 255, 15, 255, 63, ...Array<number>(7).fill(255)];
        expect([...marked].map((byte, i) => byte & (free[i] ?? 0))).toEqual(
          [...bytes].map((byte, i) => byte & (free[i] ?? 0)),
        );
      }),
    );
  });
});
