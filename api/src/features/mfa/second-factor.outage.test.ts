import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { openWithoutRedis } from "../../../test/beside.ts";
import { call, type Person, type Reply } from "../../../test/people.ts";
import { codeAt, protectedPerson, type Kept } from "../../../test/second-factor.ts";

/** An instance whose Redis is away: what is used once is used once, and guesses are counted, half as many. */

let app: TestApp;
let alone: Awaited<ReturnType<typeof openWithoutRedis>> | undefined;
let ada: Person & Kept;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  ada = await protectedPerson(app);
  // What was counted in memory goes with the instance.
  await alone?.close();
  alone = await openWithoutRedis(app);
});
afterAll(() => alone?.close());

const post = (path: string, body: unknown, headers = {}): Promise<Reply> => {
  if (alone === undefined) throw new Error("nothing is open");
  return call(alone, "POST", path, { body, headers });
};
const signIn = (password = ada.password) => post("/api/auth/login", { email: ada.email, password });

const asked = async () => {
  const reply = await signIn();
  expect(reply).toMatchObject({ status: 200, body: { mfaRequired: true } });
  expect(reply.headers.getSetCookie()).toEqual([]);
  return String(reply.body["mfaToken"]);
};

const answer = (mfaToken: string, method: "totp" | "recovery", code: string): Promise<Reply> =>
  post("/api/auth/mfa/verify", { mfaToken, method, code });

const rightCode = (): string => codeAt(ada.secret, app.clock.now);
const wrongCode = (): string => (rightCode() === "000000" ? "000001" : "000000");

describe("while Redis is away", () => {
  it("the second factor is asked for, and opens nothing but with a code", async () => {
    const mfaToken = await asked();
    expect((await answer(mfaToken, "totp", wrongCode())).body["code"]).toBe("mfa_invalid_code");
    const headers = { authorization: `Bearer ${mfaToken}` };
    expect((await post("/api/auth/logout-all", {}, headers)).status).toBe(401);
    const signedIn = await answer(mfaToken, "totp", rightCode());
    expect(signedIn).toMatchObject({ status: 200, body: { user: { email: ada.email } } });
  });

  it("a code is taken once: of several that come at once one succeeds, and none later", async () => {
    const tokens = await Promise.all([asked(), asked(), asked()]);
    const replies = await Promise.all(tokens.map((token) => answer(token, "totp", rightCode())));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    expect((await answer(await asked(), "totp", rightCode())).status).toBe(401);
  });

  it("a recovery code is taken once too", async () => {
    const recoveryCode = ada.recoveryCodes[3] ?? "";
    const tokens = await Promise.all([asked(), asked(), asked()]);
    const replies = await Promise.all(
      tokens.map((token) => answer(token, "recovery", recoveryCode)),
    );
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    const again = await answer(await asked(), "recovery", recoveryCode);
    expect(again.body["code"]).toBe("mfa_code_already_used");
  });

  it.each([
    ["totp", wrongCode, rightCode],
    ["recovery", (): string => "3-0000-0000-0000-0000", (): string => ada.recoveryCodes[4] ?? ""],
  ] as const)("guessing at a %s code ends after five, right or not", async (method, bad, good) => {
    const replies: Reply[] = [];
    for (let i = 0; i < 4; i++) {
      const token = await asked();
      for (let j = 0; j < 2; j++) replies.push(await answer(token, method, bad()));
    }
    const codes = replies.map((reply) => reply.body["code"]);
    expect(codes).toEqual([
      ...Array<string>(5).fill("mfa_invalid_code"),
      ...Array<string>(3).fill("too_many_attempts"),
    ]);
    const blocked = await answer(await asked(), method, good());
    expect(blocked).toMatchObject({ status: 429, body: { code: "too_many_attempts" } });
    expect(Number(blocked.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("many guesses at once are no more than that (CVE-2024-1722)", async () => {
    const tokens = await Promise.all([asked(), asked(), asked()]);
    const bad = wrongCode();
    const replies = await Promise.all(
      tokens.flatMap((token) => Array.from({ length: 5 }, () => answer(token, "totp", bad))),
    );
    const looked = replies.filter((reply) => reply.body["code"] === "mfa_invalid_code");
    expect(looked.length).toBeLessThanOrEqual(5);
    expect(replies.filter((reply) => reply.status === 200)).toEqual([]);
  });

  it("guessing at the password ends before the second factor is asked for", async () => {
    for (let i = 0; i < 3; i++) expect((await signIn("a wrong guess at it")).status).toBe(401);
    expect((await signIn()).body["code"]).toBe("too_many_attempts");
  });

  it("guessing at a proof of who one is ends too, and opens nothing", async () => {
    const signedIn = await answer(await asked(), "totp", rightCode());
    const headers = { authorization: `Bearer ${String(signedIn.body["accessToken"])}` };
    const prove = (body: unknown) => post("/api/auth/reauth", body, headers);
    const codes: unknown[] = [];
    for (let i = 0; i < 7; i++) {
      const body = { password: `guess number ${i}`, code: wrongCode() };
      codes.push((await prove(body)).body["code"]);
    }
    expect(codes.slice(0, 5)).toEqual(Array(5).fill("invalid_credentials"));
    expect(codes.slice(5)).toEqual(Array(2).fill("too_many_attempts"));
    app.clock.now = new Date(app.clock.now.getTime() + 30_000);
    const right = await prove({ password: ada.password, code: rightCode() });
    expect(right.body["code"]).toBe("too_many_attempts");
  });
});
