import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { device } from "../../../test/passkeys.ts";
import { call, signUp } from "../../../test/people.ts";
import { relyingPartyOf } from "./relying-party.ts";

describe("to whom passkeys belong", () => {
  it.each([
    [["https://timos.example"], { id: "timos.example", origins: ["https://timos.example"] }],
    [
      ["http://127.0.0.1:3000", "http://localhost:3000"],
      { id: "localhost", origins: ["http://localhost:3000"] },
    ],
    [
      ["https://timos.example", "https://app.timos.example", "https://nottimos.example"],
      { id: "timos.example", origins: ["https://timos.example", "https://app.timos.example"] },
    ],
    [["https://[::1]:3000", "https://192.0.2.7"], undefined],
  ])("%j", (origins, party) => {
    expect(relyingPartyOf(origins)).toEqual(party);
  });
});

describe("a server that is used by its address", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await openTestApp({ APP_URL: "http://127.0.0.1:3000" });
  });
  afterAll(() => app.close());

  it("says that it has no passkeys, and tells whoever runs it why", async () => {
    const ada = await signUp(app);
    const UNAVAILABLE = { status: 501, body: { code: "passkeys_unavailable" } };
    const options = { challenge: "A".repeat(43), rpId: "127.0.0.1" };
    const { passkey, credential } = device.create(options);
    const assertion = device.get(options, passkey);
    const post = (path: string, body: object) => ada.call("POST", path, { body });
    expect(await post("/api/auth/passkeys/register/options", {})).toMatchObject(UNAVAILABLE);
    expect(await post("/api/auth/passkeys/register/verify", { credential })).toMatchObject(
      UNAVAILABLE,
    );
    expect(await post("/api/auth/passkeys/reauth/options", {})).toMatchObject(UNAVAILABLE);
    for (const [path, body] of [
      ["options", {}],
      ["verify", { credential: assertion }],
    ] as const) {
      expect(await call(app, "POST", `/api/auth/passkeys/sign-in/${path}`, { body })).toMatchObject(
        UNAVAILABLE,
      );
    }
    expect(await post("/api/auth/reauth", { passkey: assertion })).toMatchObject(UNAVAILABLE);
    expect((await ada.call("GET", "/api/auth/passkeys")).body).toEqual({ items: [] });
    expect(app.logged()).toMatch(/"level":"warn".*neither APP_URL nor WEB_ORIGINS/);
  });
});
