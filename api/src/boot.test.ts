import { env, stderr } from "node:process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { openTestApp, testEnvironment, type TestApp } from "../test/app.ts";
import { AWS_KEY, fakeAws, giveAwsCredentials, takeAwsCredentials } from "../test/kms/fake-aws.ts";
import { fakeGcp, GCP_KEY } from "../test/kms/fake-gcp.ts";
import { fakeVault, VAULT_KEY, VAULT_TOKEN } from "../test/kms/fake-vault.ts";
import { signUp } from "../test/people.ts";
import { boot } from "./boot.ts";

const folder = mkdtempSync(join(tmpdir(), "timos-boot-"));
giveAwsCredentials();
const before = { ...env };
let app: TestApp;
afterEach(() => {
  for (const name of Object.keys(env)) if (!(name in before)) Reflect.deleteProperty(env, name);
  Object.assign(env, before);
});
afterAll(() => {
  takeAwsCredentials();
  rmSync(folder, { recursive: true });
});

/** What is said on standard error by a process of this environment that must not start. */
async function refusal(environment: Readonly<Record<string, string>>): Promise<string> {
  let said = "";
  const write = jest.spyOn(stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  try {
    Object.assign(env, { ...testEnvironment(folder), LOG_LEVEL: "silent", ...environment });
    const deps = await boot("api");
    await deps?.close();
    return deps === null ? said : "it started";
  } finally {
    write.mockRestore();
  }
}

const KINDS = [
  {
    reference: `awskms:${AWS_KEY}`,
    start: fakeAws,
    settings: (url: string) => ({ AWS_KMS_KEY_ID: AWS_KEY, AWS_KMS_ENDPOINT: url }),
    other: { AWS_KMS_KEY_ID: `${AWS_KEY}0` },
    remedy: "AWS_KMS_KEY_ID",
  },
  {
    reference: `gcpkms:${GCP_KEY}`,
    start: fakeGcp,
    settings: (url: string) => ({ GCP_KMS_KEY: GCP_KEY, GCP_KMS_ENDPOINT: url }),
    other: { GCP_KMS_KEY: `${GCP_KEY}0` },
    remedy: "GCP_KMS_KEY",
  },
  {
    reference: `vault:${VAULT_KEY}`,
    start: fakeVault,
    settings: (url: string) => ({ VAULT_TRANSIT_KEY: VAULT_KEY, VAULT_ADDR: url, VAULT_TOKEN }),
    other: { VAULT_TRANSIT_KEY: `${VAULT_KEY}0` },
    remedy: "VAULT_TRANSIT_KEY",
  },
];

describe.each(KINDS)("a process whose data keys are wrapped under $reference", (kind) => {
  const { reference, start, settings, other, remedy } = kind;
  const provider = reference.split(":")[0] ?? "";
  let service: Awaited<ReturnType<typeof start>>;
  let chosen: Readonly<Record<string, string>>;
  beforeAll(async () => {
    service = await start();
    chosen = { MEK_PROVIDER: provider, ...settings(service.url) };
    app = await openTestApp(chosen);
    await signUp(app);
  });
  afterAll(async () => {
    await app.close();
    await service.close();
  });

  it("starts with it", async () => {
    expect(await refusal(chosen)).toBe("it started");
  });

  it("does not start without the provider, and names the key and what to set", async () => {
    const said = await refusal({});
    expect(said).toContain(reference);
    expect(said).toContain(remedy);
  });

  it("does not start with another key of it", async () => {
    const said = await refusal({ ...chosen, ...other });
    expect(said).toContain(`${reference}, which is not configured here`);
  });

  it("does not start when a wrap was altered", async () => {
    await app.sql("platform", "UPDATE dek_wraps SET version = version + 1");
    await app.sql("platform", "UPDATE user_deks SET version = version + 1");
    const said = await refusal(chosen);
    await app.sql("platform", "UPDATE user_deks SET version = version - 1");
    await app.sql("platform", "UPDATE dek_wraps SET version = version - 1");
    expect(said).toContain("does not unwrap");
  });

  it("does not start when the service will not let it, and says what to allow", async () => {
    await service.upset(() => ({
      status: 403,
      body: { __type: "AccessDeniedException", errors: ["permission denied for hunter2"] },
    }));
    const said = await refusal(chosen);
    await service.mend();
    expect(said).toContain(reference);
    expect(said).toContain("does not accept our credentials");
    expect(said).toContain(remedy);
    expect(said).not.toContain("hunter2");
  });

  it("waits for a service that is only just starting", async () => {
    await service.upset("is away");
    setTimeout(() => void service.mend(), 1500);
    expect(await refusal(chosen)).toBe("it started");
  });
});
