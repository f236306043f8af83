import { describe, expect, it } from "@jest/globals";
import { identityFrom, identityHash, isIssuer, nameFrom } from "./identity.ts";
import { nameOf } from "./apple-user.ts";

const claims = { iss: "https://issuer.example", sub: "s", email: "A@gmail.com" };

describe("whose an address is", () => {
  it.each([
    ["google", { email_verified: true }, true, true],
    ["google", { email_verified: true, email: "a@x.example" }, true, false],
    ["google", { email_verified: true, email: "a@x.example", hd: "x.example" }, true, true],
    ["google", { email_verified: true, email: "a@x.example", hd: "" }, true, false],
    ["google", { email_verified: true, email: "a@notgmail.com" }, true, false],
    ["google", { email_verified: false, hd: "x.example" }, false, false],
    ["google", {}, false, false],
    ["apple", { email_verified: "true" }, true, true],
    ["apple", { email_verified: true }, true, true],
    ["apple", { email_verified: "false" }, false, false],
    ["oidc", { email_verified: true }, true, true],
    ["oidc", { email_verified: "yes" }, false, false],
    ["oidc", { email_verified: { $ne: 1 } }, false, false],
    ["microsoft", { tid: "t", oid: "o", email_verified: true }, false, false],
    ["microsoft", { tid: "t", oid: "o", xms_edov: true }, true, true],
    ["microsoft", { tid: "t", oid: "o", xms_edov: "1" }, true, true],
    ["microsoft", { tid: "t", oid: "o", xms_edov: 1 }, true, true],
    ["microsoft", { tid: "t", oid: "o", xms_edov: "0" }, false, false],
  ] as const)("at %s with %j", (provider, more, isEmailVerified, isEmailTheirs) => {
    expect(identityFrom(provider, { ...claims, ...more })).toMatchObject({
      isEmailVerified,
      isEmailTheirs,
    });
  });

  it.each([
    "",
    "no address",
    "a@b.example, c@d.example",
    "a＠gmail.com",
    "A <a@b.example>",
    5,
    null,
  ])("is nobody's when it is %j", (email) => {
    const identity = identityFrom("oidc", { ...claims, email, email_verified: true });
    expect(identity).toMatchObject({ email: null, isEmailVerified: false, isEmailTheirs: false });
  });
});

describe("an identity", () => {
  const of = (provider: "google" | "oidc" | "microsoft", more: object) =>
    Buffer.from(identityHash(identityFrom(provider, { ...claims, ...more }))).toString("hex");

  it("is told apart by provider, issuer and subject, and by the case of their letters", () => {
    const all = [
      of("google", {}),
      of("oidc", {}),
      of("oidc", { sub: "S" }),
      of("oidc", { iss: "https://Issuer.example" }),
      of("microsoft", { tid: "t", oid: "s" }),
      of("microsoft", { tid: "t2", oid: "s" }),
      of("microsoft", { tid: "t", oid: "s2" }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it("does not change with address, name or Microsoft's `sub`", () => {
    expect(of("google", { email: "b@c.example", name: "N", hd: "x" })).toBe(of("google", {}));
    expect(of("microsoft", { tid: "T", oid: "o", sub: "other" })).toBe(
      of("microsoft", { tid: "t", oid: "o" }),
    );
  });

  it.each([
    ["google", { sub: "" }],
    ["google", { sub: 5 }],
    ["google", { sub: "s".repeat(256) }],
    ["microsoft", { oid: "o" }],
    ["microsoft", { tid: "t" }],
    ["microsoft", { tid: "../t", oid: "o" }],
  ] as const)("at %s is none with %j", (provider, more) => {
    expect(() => identityFrom(provider, { ...claims, ...more })).toThrow();
  });
});

describe("the issuer", () => {
  const template = "https://login.microsoftonline.com/{tenantid}/v2.0";
  const of = (tid: unknown) => `https://login.microsoftonline.com/${String(tid)}/v2.0`;

  it("at Microsoft is that of the token's own directory", () => {
    expect(isIssuer(template, { iss: of("t"), tid: "t" })).toBe(true);
    expect(isIssuer(template, { iss: of("t"), tid: "u" })).toBe(false);
    expect(isIssuer(template, { iss: template, tid: undefined })).toBe(false);
    expect(isIssuer(template, { iss: of("$&"), tid: "$&" })).toBe(true);
    expect(isIssuer(template, { iss: "https://evil.example/t/v2.0", tid: "t" })).toBe(false);
  });

  it("elsewhere is the document's, by the letter", () => {
    expect(isIssuer("https://a.example", { iss: "https://a.example" })).toBe(true);
    expect(isIssuer("https://a.example", { iss: "https://a.example/" })).toBe(false);
  });
});

describe("a name", () => {
  it.each([
    ["  Ada ", "Ada"],
    ["", null],
    ["a\u0000b", null],
    ["x".repeat(500), null],
    [undefined, null],
  ])("%j is %j", (text, name) => {
    expect(nameFrom(text)).toBe(name);
  });

  it.each([
    ['{"name":{"firstName":"Grace","lastName":"Hopper"}}', "Grace Hopper"],
    ['{"name":{"firstName":"Grace"}}', "Grace"],
    ['{"name":{"firstName":{"$ne":1},"lastName":"Hopper"}}', "Hopper"],
    ['{"name":"Grace"}', null],
    ['{"email":"a@b.example"}', null],
    ["null", null],
    ["not json", null],
    [undefined, null],
  ])("in Apple's form %j is %j", (user, name) => {
    expect(nameOf(user)).toBe(name);
  });
});
