import { describe, expect, it } from "@jest/globals";
import { compose, lettersIn } from "./compose.ts";
import type { Letter, Letters } from "./letters.ts";

const link = "https://timos.example/somewhere#token=abc";
const whence = { device: "Firefox on Linux", at: "21 November 2026, 20:00" };
const receipt = { id: "the id", requestedAt: "the time", unreadableAfter: "2026-11-28" };

/** Every letter, with what it must say. */
const all = (letters: Letters): readonly (readonly [Letter, ...string[]])[] => [
  [letters.verifyEmail(link), link],
  [letters.accountExists(link), link],
  [letters.resetPassword(link), link],
  [letters.signInGuarded(link), link],
  [letters.passwordBlocked(link), link],
  [letters.confirmEmail(link), link],
  [letters.emailChanging("new@example.org", link), "new@example.org", link],
  [letters.emailChanged("new@example.org", link), "new@example.org", link],
  [letters.emailChangeUndone(link), link],
  [letters.emailInUse()],
  [letters.emailReserved(), "48"],
  [letters.memberRemoved("The Household"), "The Household"],
  [letters.roleChanged("The Household", "admin"), "The Household"],
  [letters.invitation("The Household", "Ada", link), "The Household", "Ada", link],
  [letters.passwordChanged(whence), whence.device, whence.at],
  [letters.newDevice(whence), whence.device, whence.at],
  [letters.sessionReused(whence), whence.device, whence.at],
  [letters.secondFactorOn(whence), whence.device],
  [letters.secondFactorOff(whence), whence.device],
  [letters.secondFactorGuessed(whence), whence.device, whence.at],
  [letters.recoveryCodesMade(whence), whence.device],
  [letters.recoveryCodeUsed(whence, 7), whence.device, "7"],
  [letters.passkeyAdded("My phone", whence), "My phone", whence.device],
  [letters.passkeyRemoved("My phone", whence), "My phone", whence.device],
  [letters.providerLinked("Google", "ada@gmail.com", whence), "Google", "ada@gmail.com"],
  [letters.providerUnlinked("Google", "ada@gmail.com", whence), "Google", "ada@gmail.com"],
  [letters.apiTokenMade("Backup", whence), "Backup", whence.device],
  [letters.accountSuspended()],
  [letters.accountErased(receipt), receipt.id, receipt.requestedAt, receipt.unreadableAfter],
];

const unescaped = (html: string) =>
  html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

describe.each(["en", "de-CH"])("the letters in %s", (locale) => {
  it.each(all(lettersIn(locale)))(
    "no. %# says all there is to say, in text and in HTML",
    (letter, ...facts) => {
      const mail = compose("ada@example.org", letter);
      expect(mail).toMatchObject({ to: "ada@example.org", subject: letter.subject });
      for (const fact of facts) {
        expect(mail.text).toContain(fact);
        expect(unescaped(mail.html)).toContain(fact);
      }
      expect(mail.html).not.toMatch(/<(script|img|link|iframe)|src=/);
    },
  );
});

it("are in the language of the reader, and in English for whoever reads another", () => {
  expect(lettersIn("de").verifyEmail(link).subject).toContain("Bestätige");
  expect(lettersIn("fr-FR").verifyEmail(link)).toEqual(lettersIn("en").verifyEmail(link));
});

it("keep lines of text short, and a link on one line", () => {
  const long = `https://timos.example/${"x".repeat(100)}`;
  const { text } = compose("ada@example.org", lettersIn("en").signInGuarded(long));
  expect(text.split("\n")).toContain(long);
  for (const line of text.split("\n")) if (line !== long) expect(line.length).toBeLessThan(73);
});

it("make no markup of a stranger's words", () => {
  const name = "<img src=x onerror='alert(1)'>";
  const { html } = compose("ada@example.org", lettersIn("en").invitation(name, "Eve & 'co'", link));
  expect(html).not.toContain("<img");
  expect(unescaped(html)).toContain(name);
});

it.each([
  ["You have won, visit http://evil.example/?a=b", "You have won, visit http evil. example ?a=b"],
  ["www.evil.example", "www. evil. example"],
  ["evil。example．com", "evil. example. com"],
  ["mail me@evil.example", "mail me evil. example"],
  ["\u202Emoc.live", "moc. live"],
  ["x".repeat(200), `${"x".repeat(57)}...`],
  ['Bob" and "TimOS', "Bob' and 'TimOS"],
  ["//", "..."],
  ["Dr. Müller, St. Mary's", "Dr. Müller, St. Mary's"],
])("carry no letter of a stranger who invites somebody, in names such as %j", (name, shown) => {
  for (const locale of ["en", "de"]) {
    const letter = lettersIn(locale).invitation(name, name, link);
    expect(letter.subject).not.toContain(shown);
    const text = compose("ada@example.org", letter).text.replaceAll("\n", " ");
    expect(text.split(shown).length).toBeGreaterThanOrEqual(3);
    expect(text.replace(link, "")).not.toMatch(/https?:|\w[.。．]\w|@/);
  }
});

it("keep their links as they are in English, since they need no encoding", () => {
  for (const [letter] of all(lettersIn("en"))) {
    const { text } = compose("ada@example.org", letter);
    // eslint-disable-next-line no-control-regex -- what is not ASCII
    if (text.includes(link)) expect(text).not.toMatch(/[^\x00-\x7F]/);
  }
});
