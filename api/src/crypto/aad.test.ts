import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { associatedData } from "./aad.ts";

const Parts = fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array()), {
  maxLength: 8,
});

/** Reads what `associatedData` wrote, by its description. */
function read(bytes: Buffer): { domain: string; parts: Buffer[] } {
  const zero = bytes.indexOf(0);
  const parts: Buffer[] = [];
  let at = zero + 5;
  for (let n = bytes.readUInt32BE(zero + 1); n > 0; n--) {
    const end = at + 4 + bytes.readUInt32BE(at);
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  expect(at).toBe(bytes.length);
  return { domain: bytes.toString("utf8", 0, zero), parts };
}

describe("associated data", () => {
  it("has the bytes that the format says", () => {
    const bytes = associatedData("timos/x", ["ä", Buffer.from([1, 2]), ""]);
    expect(bytes.toString("hex")).toBe(
      "74696d6f732f7800" + "00000003" + "00000002c3a4" + "000000020102" + "00000000",
    );
    expect(associatedData("d", []).toString("hex")).toBe("6400" + "00000000");
  });

  it("can be read back part by part, so that no two lists give the same bytes", () => {
    fc.assert(
      fc.property(Parts, (parts) => {
        const { domain, parts: again } = read(associatedData("timos/x", parts));
        expect(domain).toBe("timos/x");
        expect(again).toEqual(parts.map((part) => Buffer.from(part as string)));
      }),
    );
  });

  it("tells apart what differs in nothing but where it is split", () => {
    const lists = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], []];
    const bytes = lists.map((parts) => associatedData("timos/x", parts).toString("hex"));
    expect(new Set(bytes).size).toBe(lists.length);
  });
});
