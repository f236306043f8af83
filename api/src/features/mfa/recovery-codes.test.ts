import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { call } from "../../../test/people.ts";
import {
  answer,
  askedFor,
  expectOnce,
  codeAt,
  signIn,
  type Kept,
  protectedPerson,
  eventsOf,
} from "../../../test/second-factor.ts";
import { AppError } from "../../contract/errors.ts";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const codeNow = ({ secret }: Kept) => codeAt(secret, app.clock.now);

describe("a recovery code", () => {
  it("signs in once, is told of by mail, and leaves nine", async () => {
    const ada = await protectedPerson(app);
    const code = ada.recoveryCodes[7] ?? "";
    expect(code).toMatch(/^7(-[0-9A-HJKMNP-TV-Z]{4}){4}$/);
    expect((await answer(app, await askedFor(app, ada), "recovery", code)).status).toBe(200);
    const again = await answer(app, await askedFor(app, ada), "recovery", code);
    expect(again.body["code"]).toBe("mfa_code_already_used");
    expect((await ada.call("GET", "/api/auth/mfa")).body).toEqual({
      totp: true,
      recoveryCodesLeft: 9,
      isLowOnRecoveryCodes: false,
      passkeys: 0,
    });
    const used = () => app.mails().find((text) => text.includes("A TimOS recovery code was used"));
    for (let tries = 0; used() === undefined && tries < 100; tries++) await sleep(50);
    const mail = used();
    expect(mail).toContain(`To: ${ada.email}`);
    expect(mail).toContain("9 of them are left");
    expect(await eventsOf(app, ada)).toEqual(
      expect.arrayContaining(["recovery.used success", "mfa.replayed denied"]),
    );
  });

  it("is read as people write it", async () => {
    const ada = await protectedPerson(app);
    const [zero = "", one = "", two = ""] = ada.recoveryCodes;
    const sloppy = [
      zero.toLowerCase().replaceAll("0", "o"),
      ` ${one.replaceAll("-", " ")} `.replaceAll("1", "l"),
      two.replaceAll("-", "").replaceAll("1", "I").replaceAll("0", "O"),
    ];
    for (const code of sloppy) {
      expect((await answer(app, await askedFor(app, ada), "recovery", code)).status).toBe(200);
    }
  });

  it("is taken once of twenty that come at once, each to a question of its own", async () => {
    const ada = await protectedPerson(app);
    const tokens: string[] = [];
    for (let i = 0; i < 20; i++) tokens.push(await askedFor(app, ada));
    const replies = await Promise.all(
      tokens.map((token) => answer(app, token, "recovery", ada.recoveryCodes[4] ?? "")),
    );
    expectOnce(replies);
  });

  it.each(["", "7", "0-0000-0000-0000-0000", "x".repeat(64), "123456"])(
    "is not %j",
    async (code) => {
      const ada = await protectedPerson(app);
      const reply = await answer(app, await askedFor(app, ada), "recovery", code);
      expect(reply.body["code"]).toBe("mfa_invalid_code");
    },
  );

  it("is no code of the app, nor the other way about", async () => {
    const ada = await protectedPerson(app);
    const token = await askedFor(app, ada);
    expect((await answer(app, token, "totp", ada.recoveryCodes[0] ?? "")).status).toBe(401);
    expect((await answer(app, token, "recovery", codeNow(ada))).status).toBe(401);
  });

  it("stands in for no first factor (kratos#4317): it signs nobody in by itself", async () => {
    const ada = await protectedPerson(app);
    const reply = await call(app, "POST", "/api/auth/login", {
      body: { email: ada.email, password: ada.recoveryCodes[0] },
    });
    expect(reply.body["code"]).toBe("invalid_credentials");
  });

  it("runs low at three, which the status says; with none left it is not offered", async () => {
    const ada = await protectedPerson(app);
    const lookAt = async (left: number) => {
      await app.sql(
        "platform",
        "UPDATE recovery_codes r JOIN users u ON u.id = r.user_id SET r.used_at = NOW() WHERE u.email = ? AND r.selector >= ?",
        [ada.email, left],
      );
      return (await ada.call("GET", "/api/auth/mfa")).body["isLowOnRecoveryCodes"];
    };
    expect([await lookAt(4), await lookAt(3), await lookAt(0)]).toEqual([false, true, true]);
    expect((await signIn(app, ada)).body["methods"]).toEqual(["totp"]);
  });
});

describe("while the master key is away", () => {
  it("codes answer 503 and are not used up, and a recovery code is the way in", async () => {
    const ada = await protectedPerson(app);
    const [first, second] = [await askedFor(app, ada), await askedFor(app, ada)];
    const away = jest
      .spyOn(app.deps.keys, "openKeys")
      .mockRejectedValue(new AppError("vault_unavailable", { retryAfterSeconds: 2 }));
    try {
      const reply = await answer(app, first, "totp", codeNow(ada));
      expect(reply).toMatchObject({ status: 503, body: { code: "vault_unavailable" } });
      const recovered = await answer(app, second, "recovery", ada.recoveryCodes[1] ?? "");
      expect(recovered.status).toBe(200);
    } finally {
      away.mockRestore();
    }
    expect((await answer(app, first, "totp", codeNow(ada))).status).toBe(200);
  });
});
