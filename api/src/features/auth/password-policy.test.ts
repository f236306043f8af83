import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { AppError } from "../../contract/errors.ts";
import { BreachedPasswordsError, openBreachedPasswords } from "../../lib/breached-passwords.ts";
import { passwordPolicy } from "./password-policy.ts";

const ada = {
  email: "ada.lovelace@engine.example",
  displayName: "Ada Lovelace",
  tenantName: "Analytical Society",
};
const policy = passwordPolicy({ minLength: 12 });

/** What is said against a password, or null. */
async function against(password: string, { assertStrong } = policy): Promise<string | null> {
  try {
    await assertStrong(password, ada, "body.newPassword");
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("weak_password");
    const [fault, ...others] = error.particulars.errors ?? [];
    expect(others).toEqual([]);
    expect(fault?.path).toBe("body.newPassword");
    // It is the answer to a request, and in a log.
    expect(JSON.stringify([error.message, error.particulars])).not.toContain(password);
    return fault?.message ?? "";
  }
}

describe("a new password is refused", () => {
  it.each([
    ["eleven signs", "kq7#vT!m2xw", /at least 12/],
    ["twelve that are fewer once normalised", "ffi\u0300xq7vT!m2xw".slice(0, 12), /at least 12/],
    ["too long", "kq7 ".repeat(65), /at most 256/],
    ["one of the list", "unbelievable", /most used/],
    ["one of the list, in capitals", "UNBELIEVABLE", /most used/],
    ["one of the list, in full width", "\uff35NBELIEVABLE", /most used/],
    ["one with digits at the end", "Password2024!", /most used/],
    ["one with digits at both ends", "123!sunshine!456", /most used/],
    ["one in leet", "P@55w0rd1234", /most used/],
    ["one in leet, with an l", "Emi1y1234567", /most used/],
    ["one twice", "sunshinesunshine", /most used/],
    ["one three times, in other case", "DragonDRAGONdragon", /most used/],
    ["one sign", "zzzzzzzzzzzzzz", /repeated/],
    ["few signs again and again", "xk!7xk!7xk!7xk!7", /repeated/],
    ["runs of signs", "aaaabbbbccccdddd", /repeated/],
    ["digits in order", "123456789012", /repeated|most used/],
    ["digits in order, backwards", "9876543210987", /repeated|most used/],
    ["the alphabet", "abcdefghijklm", /repeated|most used/],
    ["a row of keys", "qwertyuiop[]", /repeated|most used/],
    ["a row of German keys", "qwertzuiopqwe", /repeated|most used/],
    ["columns of keys", "1qaz2wsx3edc4rfv", /repeated|most used/],
    ["several sequences", "abcd1234qwer!!!!", /repeated/],
    ["the address", "ada.lovelace@engine.example", /e-mail/],
    ["the address and more", "my ADA.LOVELACE@engine.example!", /e-mail/],
    ["the name before the @", "ada.lovelace1815", /your name/],
    ["the name", "LovelaceLOVE1", /your name/],
    ["the name in leet", "L0v3l4c3-1815", /your name/],
    ["the tenant", "analytical-soc1", /your name/],
    ["the site of the address", "engine99engine88", /your name/],
    ["the name of the product", "TimosTimos2026", /your name|repeated/],
    ["a common one behind the product's name", "timos-password-1", /your name|most used/],
  ])("that is %s", async (_, password, message) => {
    expect(await against(password)).toMatch(message);
  });
});

describe("a new password is taken", () => {
  it.each([
    ["a few words", "correct horse battery"],
    ["words with one's name in between", "lovelace rides a purple tandem"],
    ["twelve signs by chance", "kq7#vT!m2xwR"],
    ["twelve digits by chance", "480317962558"],
    ["a sentence with a year", "we met in 2009 by the sea"],
    ["words of another script", "лошадь батарея скрепка"],
    ["words without spaces", "правильнолошадь"],
    ["signs that are no letters", "🌑🌒🌓🌔🌕🌖🌗🌘🌙🌚🌛🌜"],
    ["a part of a name inside of a word", "canada geese adapt daily"],
    ["two hundred and fifty-six signs", "kq7#vT!m2xwRp0(Z".repeat(16)],
    ["spaces at both ends", "  kq7#vT!m2xwR  "],
  ])("that is %s", async (_, password) => {
    expect(await against(password)).toBeNull();
  });

  it("only when it is as long as the operator asks for", async () => {
    const longer = passwordPolicy({ minLength: 15 });
    expect(await against("kq7#vT!m2xwR", longer)).toMatch(/at least 15/);
    expect(await against("kq7#vT!m2xwRpZe", longer)).toBeNull();
  });
});

describe("a list of breached passwords", () => {
  const folder = mkdtempSync(join(tmpdir(), "timos-breached-"));
  const breached = Array.from({ length: 500 }, (_, i) => `breached password number ${i}`);
  const hash = (password: string) =>
    createHash("sha1").update(password).digest("hex").toUpperCase();
  const listOf = (lines: readonly string[], name = "list.txt") => {
    const file = join(folder, name);
    writeFileSync(file, lines.join("\r\n"));
    return file;
  };
  const sorted = breached.map((password, i) => `${hash(password)}:${10 ** (i % 8)}`).sort();
  let list: Awaited<ReturnType<typeof openBreachedPasswords>>;
  beforeAll(async () => {
    list = await openBreachedPasswords(listOf(sorted));
  });
  afterAll(async () => {
    await list.close();
    rmSync(folder, { recursive: true });
  });

  it("finds each that is in it, from the first line to the last, and no other", async () => {
    for (const password of breached) expect(await list.has(password)).toBe(true);
    for (let i = 0; i < 500; i++) expect(await list.has(`another ${i}`)).toBe(false);
  });

  it.each([1, 2, 3])("is searched when it has %d lines", async (count) => {
    const small = await openBreachedPasswords(listOf(sorted.slice(0, count), `${count}.txt`));
    const found = await Promise.all(breached.map((password) => small.has(password)));
    expect(found.filter(Boolean)).toHaveLength(count);
    await small.close();
  });

  it("keeps people from choosing one of them, in whatever form they type it", async () => {
    const strict = passwordPolicy({ minLength: 12, breached: list });
    expect(await against("breached password number 77", strict)).toMatch(/data breach/);
    expect(await against("\uff42reached password number 77", strict)).toMatch(/data breach/);
    expect(await against("breached password number 777", strict)).toBeNull();
  });

  it.each([
    ["is not there", () => join(folder, "none.txt")],
    ["is a folder", () => folder],
    ["is empty", () => listOf([], "empty.txt")],
    ["holds passwords themselves", () => listOf(breached, "plain.txt")],
    ["is ordered by count", () => listOf([...sorted].reverse(), "reverse.txt")],
    [
      "is of other hashes",
      () =>
        listOf(
          sorted.map((line) => line.slice(8)),
          "ntlm.txt",
        ),
    ],
  ])("that %s stops the boot", async (_, file) => {
    const refused = openBreachedPasswords(file());
    await expect(refused).rejects.toThrow(BreachedPasswordsError);
    await expect(refused).rejects.toThrow(/^BREACHED_PASSWORDS_FILE: /);
  });
});
