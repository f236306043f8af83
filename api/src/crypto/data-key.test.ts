import { hkdfSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { dataKey, dekIdOf } from "./data-key.ts";

const dek = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

describe("a data key", () => {
  it("is known by an id that is derived from it", () => {
    const id = Buffer.from(hkdfSync("sha256", dek, "", "timos/dek-id/v1", 16));
    expect(dekIdOf(dek)).toEqual(id);
    expect(dataKey(1, dek).dekId).toEqual(id);
    expect(dekIdOf(randomBytes(32))).not.toEqual(id);
  });

  it("has another box key for each table, and the same one each time", () => {
    const key = dataKey(1, dek);
    const bytes = (table: string) => key.boxKey(table).export().toString("hex");
    expect(bytes("moods")).toBe(
      Buffer.from(hkdfSync("sha256", dek, "", "timos/box/v1/moods", 32)).toString("hex"),
    );
    expect(bytes("moods")).toBe(bytes("moods"));
    expect(bytes("moods")).not.toBe(bytes("pillars"));
  });

  it("goes on working when the bytes it was made of are wiped", () => {
    const bytes = Buffer.from(dek);
    const key = dataKey(1, bytes);
    bytes.fill(0);
    expect(key.boxKey("moods").export()).toEqual(dataKey(1, dek).boxKey("moods").export());
  });
});

describe("a blind value", () => {
  const key = dataKey(1, dek);

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
