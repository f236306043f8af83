import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { newPasskey, type Twist } from "../../../test/authenticator.ts";
import {
  addPasskey,
  beginRegistration,
  device,
  mailTo,
  optionsOf,
  PAGE,
  register,
  signInWith,
} from "../../../test/passkeys.ts";
import { call, signUp, type Person, type Reply } from "../../../test/people.ts";
import { eventsOf, signIn } from "../../../test/second-factor.ts";
import { MAX_PASSKEYS } from "./contract.ts";

let app: TestApp;
const start = new Date("2026-11-21T20:00:00.000Z");
beforeAll(async () => {
  app = await openTestApp({ APP_URL: PAGE });
});
afterEach(() => {
  app.clock.now = start;
});
afterAll(() => app.close());

const later = (seconds: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};
const REFUSED = { status: 401, body: { code: "passkey_refused" } };
const make = async (person: Person, twist: Twist = {}) =>
  device.create(optionsOf(await beginRegistration(person)), twist);
const list = async (person: Person) =>
  (await person.call("GET", "/api/auth/passkeys")).body["items"] as Record<string, unknown>[];
/** The same person on another device. */
const elsewhere = async (person: Person): Promise<Person> => {
  const { body } = await signIn(app, person);
  const accessToken = String(body["accessToken"]);
  const headers = { authorization: `Bearer ${accessToken}` };
  return {
    ...person,
    accessToken,
    call: (method, path, sent = {}) =>
      call(app, method, path, { ...sent, headers: { ...headers, ...sent.headers } }),
  };
};

describe("adding a passkey", () => {
  it("asks the browser for one that signs in by itself, for who is behind a random handle", async () => {
    const ada = await signUp(app);
    const { body } = await beginRegistration(ada);
    expect(body).toMatchObject({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rp: { id: "localhost", name: "TimOS" },
      user: { id: expect.stringMatching(/^[\w-]{43}$/), name: ada.email },
      attestation: "none",
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: [],
    });
    const [row] = await app.sql("platform", "SELECT id FROM users WHERE email = ?", [ada.email]);
    const handle = (body["user"] as { id: string }).id;
    const userId = String(row?.["id"]).replaceAll("-", "");
    expect(Buffer.from(handle, "base64url").toString("hex")).not.toContain(userId);
    expect(Buffer.from(handle, "base64url").toString()).not.toContain(String(row?.["id"]));
  });

  it("has one handle for all of a user's passkeys, and leaves out those that are there", async () => {
    const ada = await signUp(app);
    const first = await addPasskey(ada, { transports: ["internal", "hybrid", "carrier-pigeon"] });
    const { body } = await beginRegistration(ada);
    expect((body["user"] as { id: string }).id).toBe(first.userHandle);
    expect(body["excludeCredentials"]).toEqual([
      { type: "public-key", id: first.id, transports: ["internal", "hybrid"] },
    ]);
  });

  it("is told by mail and in the audit, under the name that was given", async () => {
    const ada = await signUp(app);
    const { credential } = await make(ada);
    const reply = await register(ada, credential, "  Ada's phone ");
    expect(reply).toMatchObject({
      status: 201,
      body: { name: "Ada's phone", isBackedUp: false, transports: ["internal"], lastUsedAt: null },
    });
    expect(await list(ada)).toEqual([reply.body]);
    expect(await eventsOf(app, ada)).toContain("passkey.added success");
    expect(await mailTo(app, ada, "A passkey was added")).toContain("Ada's phone");
    expect((await ada.call("GET", "/api/auth/mfa")).body).toMatchObject({ passkeys: 1 });
  });

  it("is named by who keeps it, or by the device, when no name is given", async () => {
    const ada = await signUp(app);
    const bitwarden = await make(ada, { aaguid: "d548826e-79b4-db40-a3d8-11116f7e8349" });
    expect((await register(ada, bitwarden.credential)).body["name"]).toBe("Bitwarden");
    const unknown = await make(ada, { aaguid: "00000000-0000-4000-8000-000000000001" });
    const reply = await ada.call("POST", "/api/auth/passkeys/register/verify", {
      body: { credential: unknown.credential },
      headers: {
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      },
    });
    expect(reply.body["name"]).toBe("Firefox on Linux");
  });

  it("raises this session to two factors, and what the others proved is fresh no more", async () => {
    const ada = await signUp(app);
    const thief = await elsewhere(ada);
    await addPasskey(ada);
    const { body } = await ada.call("GET", "/api/auth/sessions");
    expect((body["items"] as { current: boolean }[]).find(({ current }) => current)).toMatchObject({
      amr: ["pwd", "hwk", "mfa"],
      assurance: 2,
    });
    const [{ id } = { id: "" }] = await list(ada);
    expect(await thief.call("DELETE", `/api/auth/passkeys/${String(id)}`)).toMatchObject({
      status: 401,
      body: { code: "reauth_required", methods: ["password", "passkey"] },
    });
  });

  it(`ends at ${MAX_PASSKEYS}, however many come at once`, async () => {
    const ada = await signUp(app);
    await addPasskey(ada);
    await app.sql(
      "platform",
      `INSERT INTO passkeys (id, tenant_id, user_id, credential_hash, credential_id, public_key, counter, transports, is_backed_up, name, created_at)
       SELECT UUID(), p.tenant_id, p.user_id, UNHEX(SHA2(UUID(), 256)), UUID(), p.public_key, 0, '', 0, 'key', p.created_at
       FROM passkeys p JOIN users u ON u.id = p.user_id JOIN seq_1_to_${MAX_PASSKEYS - 3} WHERE u.email = ?`,
      [ada.email],
    );
    const made = [];
    for (let count = 0; count < 4; count++) made.push((await make(ada)).credential);
    const replies = await Promise.all(made.map((credential) => register(ada, credential)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
    expect(await list(ada)).toHaveLength(MAX_PASSKEYS);
    expect(await beginRegistration(ada)).toMatchObject({ status: 409, body: { code: "conflict" } });
  });
});

describe("a new passkey is refused", () => {
  const expectNone = async (person: Person, reply: Reply, refused: object = REFUSED) => {
    expect(reply).toMatchObject(refused);
    expect(await list(person)).toEqual([]);
  };

  it("without a fresh proof of who adds it (registration without step-up)", async () => {
    const ada = await signUp(app);
    later(301);
    await expectNone(ada, await beginRegistration(ada), {
      status: 401,
      body: { code: "reauth_required" },
    });
    const made = device.create({ challenge: "A".repeat(43), rpId: "localhost" });
    await expectNone(ada, await register(ada, made.credential));
  });

  it("for the challenge of another user, which is used up by it", async () => {
    const [ada, eve] = [await signUp(app), await signUp(app)];
    const { credential } = await make(ada);
    await expectNone(eve, await register(eve, credential));
    await expectNone(ada, await register(ada, credential));
  });

  it("for a challenge of another session of the same user (a session that was taken over)", async () => {
    const ada = await signUp(app);
    const thief = await elsewhere(ada);
    const { credential } = await make(ada);
    await expectNone(ada, await register(thief, credential));
  });

  it("when the session ended meanwhile (cancelled session)", async () => {
    const ada = await signUp(app);
    const { credential } = await make(ada);
    await ada.call("POST", "/api/auth/logout-all", { body: {} });
    expect(await register(ada, credential)).toMatchObject({
      status: 401,
      body: { code: "session_revoked" },
    });
    const again = await elsewhere(ada);
    await expectNone(again, await register(again, credential));
  });

  it("the second time (replay), and after five minutes", async () => {
    const ada = await signUp(app);
    const { credential } = await make(ada);
    expect((await register(ada, credential)).status).toBe(201);
    expect(await register(ada, credential)).toMatchObject(REFUSED);
    const late = await make(ada);
    later(300);
    expect(await register(ada, late.credential)).toMatchObject(REFUSED);
    expect(await list(ada)).toHaveLength(1);
  });

  it.each<[string, Twist]>([
    ["for another origin", { origin: "https://evil.example" }],
    ["for another domain (wrong rpIdHash)", { rpId: "evil.example" }],
    ["from inside another site's frame", { clientData: { crossOrigin: true } }],
    ["without its user verified (UV cleared)", { isVerified: false }],
    ["without its user present (UP cleared)", { isPresent: false }],
    ["that was made to sign in", { type: "webauthn.get" }],
    ["over another challenge", { clientData: { challenge: "A".repeat(43) } }],
    [
      "with a statement that has certificates, which nobody asked for",
      {
        attestation: {
          fmt: "packed",
          attStmt: new Map<string, unknown>([
            ["alg", -7],
            ["sig", new Uint8Array(70)],
            ["x5c", [new Uint8Array(200)]],
          ]),
        },
      },
    ],
    ["with a statement of a TPM", { attestation: { fmt: "tpm", attStmt: new Map() } }],
    [
      "that vouches for itself with a wrong signature",
      {
        attestation: {
          fmt: "packed",
          attStmt: new Map<string, unknown>([
            ["alg", -7],
            ["sig", new Uint8Array(70)],
          ]),
        },
      },
    ],
  ])("%s", async (_name, twist) => {
    const ada = await signUp(app);
    const { credential } = await make(ada, twist);
    await expectNone(ada, await register(ada, credential));
  });

  it("under another id than its own", async () => {
    const ada = await signUp(app);
    const { credential } = await make(ada);
    const id = Buffer.alloc(32, 1).toString("base64url");
    await expectNone(ada, await register(ada, { ...credential, id, rawId: id }));
  });

  it("of an algorithm that was not offered", async () => {
    const ada = await signUp(app);
    const key = newPasskey({});
    const coseKey = Buffer.from(key.coseKey);
    // ES256 is -7, the byte 0x26; -10 is none.
    coseKey.writeUInt8(0x29, coseKey.indexOf(0x26));
    const made = device.create(optionsOf(await beginRegistration(ada)), {}, { ...key, coseKey });
    await expectNone(ada, await register(ada, made.credential));
  });

  it("of whom it is not: the credential of one person is not added to another", async () => {
    const [ada, eve] = [await signUp(app), await signUp(app)];
    const passkey = await addPasskey(ada);
    for (const [person, count] of [
      [eve, 0],
      [ada, 1],
    ] as const) {
      const options = optionsOf(await beginRegistration(person));
      const again = device.create(options, {}, { ...passkey, userHandle: options.userHandle });
      const reply = await register(person, again.credential);
      expect(reply).toMatchObject({ status: 409, body: { code: "conflict" } });
      expect(await list(person)).toHaveLength(count);
    }
    expect((await signInWith(app, passkey)).body["user"]).toMatchObject({ email: ada.email });
  });

  it("of nobody, and with a name that is none", async () => {
    const ada = await signUp(app);
    const { credential } = await make(ada);
    for (const [path, body] of [
      ["/api/auth/passkeys/register/options", {}],
      ["/api/auth/passkeys/register/verify", { credential }],
    ] as const) {
      expect((await call(app, "POST", path, { body })).status).toBe(401);
    }
    for (const name of ["", "   ", "two\nlines", "x".repeat(121)]) {
      expect((await register(ada, credential, name)).status).toBe(400);
    }
    expect((await register(ada, credential)).status).toBe(201);
  });
});
