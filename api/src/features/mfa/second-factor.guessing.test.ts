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
