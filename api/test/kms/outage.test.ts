import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../app.ts";
import { call, signUp, type Person } from "../people.ts";
import { AWS_KEY, fakeAws, giveAwsCredentials, takeAwsCredentials } from "./fake-aws.ts";
import { fakeGcp, GCP_KEY } from "./fake-gcp.ts";
import type { FakeService, Upset } from "./fake-service.ts";
import { fakeVault, VAULT_KEY, VAULT_TOKEN } from "./fake-vault.ts";

beforeAll(giveAwsCredentials);
afterAll(takeAwsCredentials);

interface Kind {
  readonly provider: string;
  readonly reference: string;
  readonly start: () => Promise<FakeService>;
  readonly environment: (url: string) => Readonly<Record<string, string>>;
}

const KINDS: readonly Kind[] = [
  {
    provider: "awskms",
    reference: `awskms:${AWS_KEY}`,
    start: fakeAws,
    environment: (url) => ({ AWS_KMS_KEY_ID: AWS_KEY, AWS_KMS_ENDPOINT: url }),
  },
  {
    provider: "gcpkms",
    reference: `gcpkms:${GCP_KEY}`,
    start: fakeGcp,
    environment: (url) => ({ GCP_KMS_KEY: GCP_KEY, GCP_KMS_ENDPOINT: url }),
  },
  {
    provider: "vault",
    reference: `vault:${VAULT_KEY}`,
    start: fakeVault,
    environment: (url) => ({
      VAULT_TRANSIT_KEY: VAULT_KEY,
      VAULT_ADDR: url,
      VAULT_TOKEN,
    }),
  },
];

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe.each(KINDS)("master keys in $provider", ({ provider, reference, start, environment }) => {
  let service: FakeService;
  let app: TestApp;
  let person: Person;
  let userId: string;
  const id = randomUUID();
  beforeAll(async () => {
    service = await start();
    app = await openTestApp({ MEK_PROVIDER: provider, ...environment(service.url) });
    person = await signUp(app);
    const [user] = await app.sql("platform", "SELECT id FROM users");
    userId = String(user?.["id"]);
    const body = { day: "2026-11-21", body: "written while all was well" };
    expect((await person.call("PUT", `/api/entries/${id}`, { body })).status).toBe(201);
  });
  afterEach(() => service.mend());
  afterAll(async () => {
    await app.close();
    await service.close();
  });

  const read = () => person.call("GET", `/api/entries/${id}`);
  const health = async () => (await call(app, "GET", "/health/ready")).body["checks"];

  it("wrap a new person's data key, and the row says so", async () => {
    const wraps = await app.sql("platform", "SELECT mek_ref FROM dek_wraps");
    expect(wraps).toEqual([{ mek_ref: reference }]);
    expect(await health()).toMatchObject({ keys: "ok" });
  });

  it("are asked once for a hundred reads at once, and not again for the next", async () => {
    app.deps.keys.forget(userId);
    const before = service.calls();
    const replies = await Promise.all(Array.from({ length: 100 }, read));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    await read();
    expect(service.calls() - before).toBe(1);
  });

  it.each<[string, Upset]>([
    ["hang", "hangs"],
    ["are away", "is away"],
    ["throttle", () => ({ status: 429, body: {} })],
    ["refuse us", () => ({ status: 403, body: { errors: ["permission denied"] } })],
  ])(
    "that %s are answered 503, and it is over when they are back, without a restart",
    async (_, upset) => {
      app.deps.keys.forget(userId);
      await service.upset(upset);
      const began = performance.now();
      const refused = await read();
      expect(performance.now() - began).toBeLessThan(8000);
      expect(refused).toMatchObject({ status: 503, body: { code: "vault_unavailable" } });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await health()).toMatchObject({ keys: "failed", platform: "ok", vault: "ok" });
      // What needs no key goes on.
      expect((await person.call("GET", "/api/me")).status).toBe(200);

      await service.mend();
      await sleep(1100);
      const reply = await read();
      expect(reply).toMatchObject({ status: 200, body: { body: "written while all was well" } });
      expect(await health()).toMatchObject({ keys: "ok" });
    },
  );

  it("that are away keep nobody from what was opened a moment ago", async () => {
    await read();
    await service.upset("is away");
    expect((await read()).status).toBe(200);
  });

  it("leave no trace of a key or a token in the log", () => {
    const plaintexts = service.traffic().match(/"[Pp]laintext":"[^"]{44}"/g) ?? [];
    expect(plaintexts.length).toBeGreaterThan(0);
    const logged = app.logged();
    for (const text of plaintexts) expect(logged.includes(text.slice(13, 57))).toBe(false);
    expect(logged.includes(VAULT_TOKEN)).toBe(false);
    for (const trouble of ["slow", "unreachable", "throttled", "denied"]) {
      expect(logged).toContain(`"name":"MekUnavailable","code":"${provider}:${trouble}"`);
    }
  });
});

describe("a move from one provider to another", () => {
  it("opens what each wrapped, and wraps with the chosen one", async () => {
    const service = await fakeVault();
    const app = await openTestApp({
      VAULT_TRANSIT_KEY: VAULT_KEY,
      VAULT_ADDR: service.url,
      VAULT_TOKEN,
    });
    try {
      const before = await signUp(app);
      // As a rotation leaves it: the same data key, wrapped anew under another reference.
      const { masterKeys } = await import("../../src/vault/mek/providers.ts");
      const keys = await masterKeys(app.deps.config.vault.masterKeys);
      expect(keys.names).toEqual(["local", "vault"]);
      const [row] = await app.sql(
        "platform",
        "SELECT w.*, d.dek_id FROM dek_wraps w JOIN user_deks d USING (owner_id, version)",
      );
      const wrap = { mekRef: String(row?.["mek_ref"]), suite: Number(row?.["suite"]) };
      const blob = new Uint8Array(row?.["blob"] as Buffer);
      const identity = { ownerId: row?.["owner_id"] as Buffer, dekId: row?.["dek_id"] as Buffer };
      const context = { ...identity, version: Number(row?.["version"]) };
      const dek = await keys.unwrap({ ...wrap, blob }, { ...context, mekRef: wrap.mekRef });
      const mekRef = await keys.of("vault").current();
      const rewrapped = await keys.of("vault").wrap(dek, { ...context, mekRef });
      await app.sql("platform", "UPDATE dek_wraps SET mek_ref = ?, suite = ?, `blob` = ?", [
        rewrapped.mekRef,
        rewrapped.suite,
        Buffer.from(rewrapped.blob),
      ]);
      const [user] = await app.sql("platform", "SELECT id FROM users");
      app.deps.keys.forget(String(user?.["id"]));
      expect((await before.call("GET", "/api/today")).status).toBe(200);
      const after = await signUp(app);
      expect((await after.call("GET", "/api/today")).status).toBe(200);
      const references = await app.sql(
        "platform",
        "SELECT mek_ref FROM dek_wraps ORDER BY mek_ref",
      );
      expect(references.map((each) => String(each["mek_ref"]).split(":")[0])).toEqual([
        "local",
        "vault",
      ]);
      await expect(app.deps.keys.prove()).resolves.toBeUndefined();
      expect(() => keys.of("awskms")).toThrow("the provider awskms is not configured");
    } finally {
      await app.close();
      await service.close();
    }
  });
});
