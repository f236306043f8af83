/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { ApiError, createClient } from "./api.ts";
import { createStepUp } from "./step-up.ts";

const wanted = new ApiError("reauth_required", { methods: ["password"] });

const tokens = { items: [] };
const refusal = () =>
  Response.json({ code: "reauth_required", methods: ["passkey"] }, { status: 401 });

/** A client whose server wants a fresh proof `times` times, and what it was sent. */
function guardedClient(times: number, prove?: (wanted: ApiError) => Promise<boolean>) {
  const sent: string[] = [];
  const client = createClient((path) => {
    sent.push(path);
    return Promise.resolve(sent.length <= times ? refusal() : Response.json(tokens));
  }, prove);
  return { client, sent };
}

describe("a request that wants a fresh proof", () => {
  it("is made once more when it was given, and answers as if nothing had been", async () => {
    const asked: ApiError[] = [];
    const { client, sent } = guardedClient(1, (error) => {
      asked.push(error);
      return Promise.resolve(true);
    });
    await expect(client.tokens.listTokens()).resolves.toEqual(tokens);
    expect(sent).toHaveLength(2);
    expect(asked.map(({ methods }) => methods)).toEqual([["passkey"]]);
  });

  it("fails as it did when it was not given, or nobody asks", async () => {
    for (const prove of [() => Promise.resolve(false), undefined]) {
      const { client, sent } = guardedClient(1, prove);
      await expect(client.tokens.listTokens()).rejects.toMatchObject({ code: "reauth_required" });
      expect(sent).toHaveLength(1);
    }
  });

  it("does not ask in a circle", async () => {
    const { client, sent } = guardedClient(9, () => Promise.resolve(true));
    await expect(client.tokens.listTokens()).rejects.toMatchObject({ code: "reauth_required" });
    expect(sent).toHaveLength(2);
  });
});

describe("the question whether it is you", () => {
  it("is one for all who wait, and each of them hears the answer", async () => {
    const stepUp = createStepUp();
    const shown: unknown[] = [];
    stepUp.subscribe(() => shown.push(stepUp.getQuestion()?.methods ?? null));
    const waiting = Promise.all([stepUp.ask(wanted), stepUp.ask(wanted)]);
    stepUp.answer(true);
    await expect(waiting).resolves.toEqual([true, true]);
    expect(shown).toEqual([["password"], null]);
  });

  it("is answered no where no page can ask it", async () => {
    await expect(createStepUp().ask(wanted)).resolves.toBe(false);
  });
});
