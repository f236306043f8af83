import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import {
  answer,
  askedFor,
  codeAt,
  type Kept,
  protectedPerson,
  eventsOf,
} from "../../../test/second-factor.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const codeNow = ({ secret }: Kept) => codeAt(secret, app.clock.now);
const wrongCode = (kept: Kept) => String((Number(codeNow(kept)) + 1) % 1_000_000).padStart(6, "0");

describe("CVE-2026-56450: guessing codes", () => {
  it("ends with the fifth wrong one to a question, whatever the sixth", async () => {
    const ada = await protectedPerson(app);
    const token = await askedFor(app, ada);
    for (let i = 0; i < 5; i++) {
      expect((await answer(app, token, "totp", wrongCode(ada))).body["code"]).toBe(
        "mfa_invalid_code",
      );
    }
    expect((await answer(app, token, "totp", codeNow(ada))).body["code"]).toBe("mfa_token_expired");
    expect(
      (await eventsOf(app, ada)).filter((event) => event === "mfa.failed failure"),
    ).toHaveLength(5);
  });

  it("ends with the tenth across questions, for a quarter of an hour, right code or wrong", async () => {
    const ada = await protectedPerson(app);
    for (let i = 0; i < 2; i++) {
      const token = await askedFor(app, ada);
      for (let j = 0; j < 5; j++) await answer(app, token, "totp", wrongCode(ada));
    }
    const right = await answer(app, await askedFor(app, ada), "totp", codeNow(ada));
    const wrong = await answer(app, await askedFor(app, ada), "totp", wrongCode(ada));
    expect(right).toMatchObject({ status: 429, body: { code: "too_many_attempts" } });
    const { requestId: _a, ...one } = right.body;
    const { requestId: _b, ...other } = wrong.body;
    expect(one).toEqual(other);
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(800);
    expect(await eventsOf(app, ada)).toContain("mfa.failed denied");
    // The other factor, and the password, are counted by themselves: the owner still gets in.
    const recovered = await answer(
      app,
      await askedFor(app, ada),
      "recovery",
      ada.recoveryCodes[9] ?? "",
    );
    expect(recovered.status).toBe(200);
  });

  it("is ten tries when they all come at once, too", async () => {
    const ada = await protectedPerson(app);
    const tokens: string[] = [];
    for (let i = 0; i < 15; i++) tokens.push(await askedFor(app, ada));
    const replies = await Promise.all(
      tokens.map((token) => answer(app, token, "totp", wrongCode(ada))),
    );
    expect(replies.filter((reply) => reply.body["code"] === "mfa_invalid_code")).toHaveLength(10);
    expect(replies.filter((reply) => reply.status === 429)).toHaveLength(5);
  });

  it("cannot be begun by who does not have the password: strangers lock nobody out", async () => {
    const ada = await protectedPerson(app);
    for (let i = 0; i < 12; i++) await answer(app, "A".repeat(43), "totp", "000000");
    expect((await answer(app, await askedFor(app, ada), "totp", codeNow(ada))).status).toBe(200);
  });

  it("signing in rightly is no try: who does so often is not held up", async () => {
    const ada = await protectedPerson(app);
    for (let i = 0; i < 11; i++) {
      later(30);
      expect((await answer(app, await askedFor(app, ada), "totp", codeNow(ada))).status).toBe(200);
    }
  });
});

describe("guessing codes patiently, by whoever knows the password", () => {
  const mailsTo = (email: string) =>
    app.mails().filter((mail) => mail.includes(`To: ${email}`) && mail.includes("Wrong codes for"));
  const eventually = async (holds: () => boolean) => {
    for (let tries = 0; tries < 200 && !holds(); tries++) {
      await new Promise((done) => setTimeout(done, 25));
    }
  };
  const guess = async (kept: Parameters<typeof askedFor>[1] & Kept, times: number) => {
    for (let i = 0; i < times; i += 5) {
      const token = await askedFor(app, kept);
      for (let j = i; j < Math.min(i + 5, times); j++) {
        const reply = await answer(app, token, "totp", wrongCode(kept));
        expect(reply.body["code"]).toBe("mfa_invalid_code");
      }
    }
  };
  /** Guesses until codes are taken no more: a hundred times, of which the first are counted as requests count them. */
  const guessToTheEnd = async (kept: Parameters<typeof askedFor>[1] & Kept) => {
    const [row] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [kept.email]);
    const { factorFailuresInARow } = app.deps.limits;
    for (let i = 0; i < 95; i++) {
      await factorFailuresInARow.count(`totp:${String(row?.["id"])}`, app.clock.now);
    }
    await guess(kept, 5);
  };

  it("waits longer each time: a quarter of an hour, half an hour, an hour", async () => {
    const ada = await protectedPerson(app);
    await guess(ada, 10);
    for (const wait of [900, 1800, 3600]) {
      const blocked = await answer(app, await askedFor(app, ada), "totp", codeNow(ada));
      expect(blocked).toMatchObject({ status: 429, body: { code: "too_many_attempts" } });
      expect(Number(blocked.headers.get("retry-after"))).toBe(wait);
      later(wait);
      await guess(ada, 5);
    }
  });

  it("tells the owner by mail of five wrong ones, once a day, however few at each question", async () => {
    const ada = await protectedPerson(app);
    for (let i = 0; i < 4; i++) await guess(ada, 1);
    expect(mailsTo(ada.email)).toEqual([]);
    await guess(ada, 1);
    await eventually(() => mailsTo(ada.email).length > 0);
    await guess(ada, 5);
    expect(mailsTo(ada.email)).toHaveLength(1);
    expect(mailsTo(ada.email)[0]).toContain("change your password");
  });

  it("ends with the hundredth in a row, until a recovery code gets the owner in (SP 800-63B-4 3.2.2)", async () => {
    const ada = await protectedPerson(app);
    await guessToTheEnd(ada);
    // The proof of whoever holds a session takes none either.
    const body = { password: ada.password, code: codeNow(ada) };
    expect(await ada.call("POST", "/api/auth/reauth", { body })).toMatchObject({
      status: 429,
      body: { code: "too_many_attempts" },
    });
    later(24 * 3600);
    const right = await answer(app, await askedFor(app, ada), "totp", codeNow(ada));
    const wrong = await answer(app, await askedFor(app, ada), "totp", wrongCode(ada));
    expect(right).toMatchObject({
      status: 429,
      body: { code: "too_many_attempts", detail: expect.stringContaining("recovery code") },
    });
    expect({ ...right.body, requestId: null }).toEqual({ ...wrong.body, requestId: null });
    expect(await eventsOf(app, ada)).toContain("mfa.blocked denied");

    const token = await askedFor(app, ada);
    const [code = ""] = ada.recoveryCodes;
    expect((await answer(app, token, "recovery", code)).status).toBe(200);
    expect((await answer(app, await askedFor(app, ada), "totp", codeNow(ada))).status).toBe(200);
  });

  it("is not in a row when the owner's second factor succeeds in between", async () => {
    const ada = await protectedPerson(app);
    const [row] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [ada.email]);
    const key = `totp:${String(row?.["id"])}`;
    const { factorFailuresInARow } = app.deps.limits;
    for (let i = 0; i < 99; i++) await factorFailuresInARow.count(key, app.clock.now);
    expect((await answer(app, await askedFor(app, ada), "totp", codeNow(ada))).status).toBe(200);
    await guess(ada, 5);
    later(30);
    expect((await answer(app, await askedFor(app, ada), "totp", codeNow(ada))).status).toBe(200);
  });
});
