import { createSecretKey, randomBytes, webcrypto } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { deriveKey, hmac, isEqual, sha1, sha256 } from "./digest.ts";

describe("SHA-256", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ])("of %j is that of FIPS 180-4, as text and as bytes", (text, digest) => {
    expect(sha256(text).toString("hex")).toBe(digest);
    expect(sha256(Buffer.from(text)).toString("hex")).toBe(digest);
  });
});

describe("SHA-1", () => {
  it("of abc is that of FIPS 180-4", () => {
    expect(sha1("abc").toString("hex")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
  });
});

describe("HMAC-SHA256", () => {
  const jefe = createSecretKey(Buffer.from("Jefe"));
  const answer = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

  it("gives the answers of RFC 4231", () => {
    const key = createSecretKey(Buffer.alloc(20, 0x0b));
    expect(hmac(key, "Hi There").toString("hex")).toBe(
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    );
    expect(hmac(jefe, "what do ya want for nothing?").toString("hex")).toBe(answer);
  });

  it("is that of all parts after one another, text or bytes", () => {
    const parts = ["what do ", Buffer.from("ya want "), "", "for nothing?"];
    expect(hmac(jefe, ...parts).toString("hex")).toBe(answer);
  });
});

describe("a derived key", () => {
  it("is that of RFC 5869, test case 3, with 32 bytes", () => {
    expect(deriveKey(Buffer.alloc(22, 0x0b), "").export().toString("hex")).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
    );
  });

  it("is bound to its purpose, as WebCrypto has it", async () => {
    const root = randomBytes(32);
    const secret = await webcrypto.subtle.importKey("raw", root, "HKDF", false, ["deriveBits"]);
    const info = Buffer.from("timos/limit-key/v1");
    const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
    const bits = Buffer.from(await webcrypto.subtle.deriveBits(algorithm, secret, 256));
    expect(deriveKey(root, "timos/limit-key/v1").export()).toEqual(bits);
    expect(deriveKey(root, "timos/limit-key/v2").export()).not.toEqual(bits);
  });
});

describe("comparing", () => {
  const bytes = randomBytes(32);

  it("finds equal bytes equal, and none at all equal to none", () => {
    expect(isEqual(bytes, Buffer.from(bytes))).toBe(true);
    expect(isEqual(Buffer.alloc(0), Buffer.alloc(0))).toBe(true);
  });

  it("finds a difference in any byte", () => {
    for (let at = 0; at < bytes.length; at++) {
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(at) ^ 1, at);
      expect(isEqual(bytes, other)).toBe(false);
    }
  });

  it("finds bytes of another length different, and does not throw", () => {
    expect(isEqual(bytes, bytes.subarray(1))).toBe(false);
    expect(isEqual(bytes.subarray(0, 31), bytes)).toBe(false);
    expect(isEqual(Buffer.alloc(0), bytes)).toBe(false);
  });
});
