import { createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { associatedData } from "./aad.ts";
import { detailsKey, openDetails, sealDetails } from "./audit-details.ts";
import { DecryptionError } from "./decryption-error.ts";

const root = Buffer.alloc(32, 7);
const key = detailsKey(root);
const salt = randomBytes(32);
const of = {
  userId: "8d1f8f8e-8f3c-4b59-9f0a-111111111111",
  action: "auth.signed_in",
  at: new Date("2026-11-21T20:00:00.123Z"),
};
const json = '{"ip":"192.0.2.7","userAgent":"…"}';
const sealed = sealDetails(key, salt, of, json);

describe("what an event has of a person", () => {
  it("opens for that event, whatever it is, and is sealed never the same twice", () => {
    expect(openDetails(key, salt, of, sealed)).toBe(json);
    expect(openDetails(key, salt, of, sealDetails(key, salt, of, ""))).toBe("");
    expect(sealDetails(key, salt, of, json)).not.toEqual(sealed);
  });

  it("is AES-256-GCM under a key of the user's, to the byte", () => {
    const server = Buffer.from(hkdfSync("sha256", root, "", "timos/audit-details/v1", 32));
    const own = Buffer.from(hkdfSync("sha256", server, salt, "timos/audit-details-of/v1", 32));
    expect(sealed[0]).toBe(1);
    expect(sealed).toHaveLength(1 + 12 + 64 + 16);
    const decipher = createDecipheriv("aes-256-gcm", own, sealed.subarray(1, 13));
    const parts = [of.userId, of.action, "2026-11-21T20:00:00.123Z"];
    decipher.setAAD(associatedData("timos/audit-details/v1", parts));
    decipher.setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([decipher.update(sealed.subarray(13, -16)), decipher.final()]);
    expect(padded.toString()).toContain(json);
  });

  it.each<[string, () => unknown]>([
    ["another user", () => openDetails(key, salt, { ...of, userId: "other" }, sealed)],
    ["another action", () => openDetails(key, salt, { ...of, action: "other" }, sealed)],
    ["another time", () => openDetails(key, salt, { ...of, at: new Date(0) }, sealed)],
    ["another salt", () => openDetails(key, randomBytes(32), of, sealed)],
    ["another server", () => openDetails(detailsKey(randomBytes(32)), salt, of, sealed)],
    [
      "another format",
      () => openDetails(key, salt, of, Buffer.concat([Buffer.of(2), sealed.subarray(1)])),
    ],
    ["nothing", () => openDetails(key, salt, of, new Uint8Array())],
  ])("does not open for %s, and does not say why", (_, open) => {
    expect(open).toThrow(new DecryptionError());
  });

  it("does not open once a bit is flipped, nor cut to any length", () => {
    for (let bit = 0; bit < sealed.length * 8; bit += 5) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => openDetails(key, salt, of, flipped)).toThrow(DecryptionError);
    }
    for (let length = 0; length < sealed.length; length++) {
      const cut = sealed.subarray(0, length);
      expect(() => openDetails(key, salt, of, cut)).toThrow(DecryptionError);
    }
  });
});
