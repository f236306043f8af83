import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { contextOf, dek, itKeepsItsPromises, wrapOf } from "../../../test/kms/contract.ts";
import {
  AWS_KEY,
  fakeAws,
  giveAwsCredentials,
  takeAwsCredentials,
} from "../../../test/kms/fake-aws.ts";
import { fakeGcp, GCP_KEY } from "../../../test/kms/fake-gcp.ts";
import {
  fakeService,
  type Answer,
  type FakeService,
  type Upset,
} from "../../../test/kms/fake-service.ts";
import { fakeVault, VAULT_KEY, VAULT_TOKEN } from "../../../test/kms/fake-vault.ts";
import { awsKms } from "./aws-kms.ts";
import { crc32c } from "./crc32c.ts";
import { gcpKms } from "./gcp-kms.ts";
import type { MekProvider, Trouble } from "./provider.ts";
import type { Patience } from "./remote.ts";
import { vaultTransit } from "./vault-transit.ts";

/** Short, so that the tests of what takes long are not. */
const PATIENCE = { totalMs: 2000, attemptMs: 600, pauseMs: 20, restMs: 100, freshMs: 60_000 };
const PATIENT = { ...PATIENCE, totalMs: 15_000, attemptMs: 5000 };
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const untilForgotten = () => sleep(PATIENCE.restMs + 20);

const GCP_SCOPE = "https://www.googleapis.com/auth/cloudkms";

const folder = mkdtempSync(join(tmpdir(), "timos-kms-"));
const tokenFile = join(folder, "token");
afterAll(() => rmSync(folder, { recursive: true }));

const answers = (status: number, body: unknown) => (): Answer => ({ status, body });
/** The answer with some of its members changed; those of Vault lie in `data`. */
const but = (members: object) => (answer: Answer) => ({
  ...answer,
  body:
    typeof answer.body === "object" && answer.body !== null && "data" in answer.body
      ? { data: { ...(answer.body.data as object), ...members } }
      : { ...(answer.body as object), ...members },
});
const awsFault = (name: string, status = 400) => answers(status, { __type: name, message: "no" });
const gcpFault = (status: number, code: string) =>
  answers(status, { error: { code: status, message: "no", status: code } });
const vaultFault = (status: number, words: string) => answers(status, { errors: [words] });

interface Kind {
  readonly name: string;
  readonly reference: string;
  readonly suite: number;
  readonly start: () => Promise<FakeService & { forget: () => void }>;
  readonly open: (url: string, patience?: Patience) => Promise<MekProvider>;
  readonly faults: readonly (readonly [string, Upset, Trouble])[];
}

const KINDS: readonly Kind[] = [
  {
    name: "AWS KMS",
    reference: `awskms:${AWS_KEY}`,
    suite: 4,
    start: () => fakeAws(),
    open: (url, patience = PATIENCE) => awsKms({ endpoint: url, keys: [AWS_KEY] }, patience),
    faults: [
      ["throttles", awsFault("ThrottlingException"), "throttled"],
      ["fails within", awsFault("KMSInternalException", 500), "failing"],
      ["limits us", awsFault("LimitExceededException"), "throttled"],
      ["does not let us", awsFault("AccessDeniedException"), "denied"],
      ["does not know us", awsFault("UnrecognizedClientException"), "denied"],
      ["does not take our signature", awsFault("InvalidSignatureException"), "denied"],
      ["says that our token has ended", awsFault("ExpiredTokenException"), "denied"],
      ["has disabled the key", awsFault("DisabledException"), "no_key"],
      ["is about to delete the key", awsFault("KMSInvalidStateException"), "no_key"],
      ["answers for another key", but({ KeyId: `${AWS_KEY}0` }), "garbled"],
      ["answers for no key", but({ KeyId: undefined }), "garbled"],
      [
        "answers with another algorithm",
        but({ EncryptionAlgorithm: "RSAES_OAEP_SHA_1" }),
        "garbled",
      ],
      ["answers with nothing", but({ CiphertextBlob: undefined, Plaintext: undefined }), "garbled"],
    ],
  },
  {
    name: "Google Cloud KMS",
    reference: `gcpkms:${GCP_KEY}`,
    suite: 5,
    start: () => fakeGcp(),
    open: (url, patience = PATIENCE) => gcpKms({ endpoint: url, keys: [GCP_KEY] }, patience),
    faults: [
      ["throttles", gcpFault(429, "RESOURCE_EXHAUSTED"), "throttled"],
      ["fails within", gcpFault(500, "INTERNAL"), "failing"],
      ["is unavailable", gcpFault(503, "UNAVAILABLE"), "failing"],
      ["does not let us", gcpFault(403, "PERMISSION_DENIED"), "denied"],
      ["has disabled the key", gcpFault(400, "FAILED_PRECONDITION"), "no_key"],
      [
        "got other bytes than were sent",
        answers(400, {
          error: {
            code: 400,
            status: "INVALID_ARGUMENT",
            message: "The checksum in field plaintext_crc32c did not match",
          },
        }),
        "garbled",
      ],
      [
        "answers bytes that are not whole",
        but({ ciphertextCrc32c: "1", plaintextCrc32c: "1" }),
        "garbled",
      ],
    ],
  },
  {
    name: "Vault Transit",
    reference: `vault:${VAULT_KEY}`,
    suite: 6,
    start: () => fakeVault(),
    open: (url, patience = PATIENCE) =>
      Promise.resolve(
        vaultTransit({ address: url, token: { value: VAULT_TOKEN }, keys: [VAULT_KEY] }, patience),
      ),
    faults: [
      ["throttles", vaultFault(429, "rate limit quota exceeded"), "throttled"],
      ["fails within", vaultFault(500, "internal error"), "failing"],
      ["is sealed", vaultFault(503, "Vault is sealed"), "failing"],
      ["does not let us", vaultFault(403, "permission denied"), "denied"],
      ["does not have the engine", vaultFault(404, "no handler for route"), "no_key"],
      [
        "no longer opens so old a version",
        vaultFault(400, "ciphertext or signature version is disallowed by policy (too old)"),
        "no_key",
      ],
      ["answers with no wrap", but({ ciphertext: "plain", plaintext: "%" }), "garbled"],
    ],
  },
];

const ANY_SERVICE: Kind["faults"] = [
  ["never answers", "hangs", "slow"],
  ["breaks off", "cuts", "unreachable"],
  ["is not there", "is away", "unreachable"],
  ["answers with a page", answers(502, "<html>Bad Gateway</html>"), "failing"],
  ["answers with a page as if it were well", answers(200, "<html>Welcome</html>"), "garbled"],
];

beforeAll(giveAwsCredentials);
afterAll(takeAwsCredentials);

describe.each(KINDS)("$name", ({ reference, suite, start, open, faults }) => {
  let service: FakeService & { forget: () => void };
  let provider: MekProvider;
  beforeAll(async () => {
    service = await start();
    provider = await open(service.url);
  });
  afterEach(async () => {
    await service.mend();
    await untilForgotten();
  });
  afterAll(() => service.close());

  itKeepsItsPromises(suite, () => provider);

  it("is known by its name and that of its key", async () => {
    expect(await provider.current()).toBe(reference);
  });

  it("that never answers is left when nobody waits for it any more", async () => {
    const { context, wrap } = await wrapOf(provider);
    await service.upset("hangs");
    const slow = { trouble: "slow" };
    await expect(provider.wrap(dek, context)).rejects.toMatchObject(slow);
    await untilForgotten();
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject(slow);
    for (let n = 0; n < 50 && service.atOnce() > 0; n++) await sleep(20);
    expect(service.atOnce()).toBe(0);
  });

  it.each([...ANY_SERVICE, ...faults])(
    "that %s makes the key unavailable, not the wrap wrong, until it is over",
    async (_, upset, trouble) => {
      const { context, wrap } = await wrapOf(provider);
      await service.upset(upset);
      const began = performance.now();
      const failures = await Promise.all(
        [provider.unwrap(wrap, context), provider.wrap(dek, context)].map((work) =>
          work.then(
            () => null,
            (error: unknown) => error,
          ),
        ),
      );
      expect(performance.now() - began).toBeLessThan(20 * PATIENCE.totalMs);
      for (const failure of failures) {
        expect(failure).toMatchObject({
          name: "MekUnavailable",
          mekRef: context.mekRef,
          trouble,
        });
      }
      await expect(provider.health()).rejects.toMatchObject({ name: "MekUnavailable" });
      await service.mend();
      await untilForgotten();
      expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
      await expect(provider.health()).resolves.toBeUndefined();
    },
  );

  it("that no longer has the key says so", async () => {
    const another = await start();
    try {
      const bereft = await open(another.url);
      const { context, wrap } = await wrapOf(bereft);
      another.forget();
      await expect(bereft.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "no_key" });
    } finally {
      await another.close();
    }
  });

  it("is tried a second time before anybody hears of trouble", async () => {
    const { context, wrap } = await wrapOf(provider);
    let isFirst = true;
    await service.upset((answer) => {
      const given = isFirst ? { status: 500, body: {} } : answer;
      isFirst = false;
      return given;
    });
    expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
  });

  it("in trouble is left alone for a moment, and a storm of callers is refused at once", async () => {
    const { context, wrap } = await wrapOf(provider);
    await service.upset("cuts");
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ name: "MekUnavailable" });
    const before = service.calls();
    const storm = await Promise.allSettled(
      Array.from({ length: 500 }, () => provider.unwrap(wrap, context)),
    );
    expect(new Set(storm.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    expect(service.calls()).toBe(before);
  });

  it("that never answers keeps nobody longer than the wait, however many ask", async () => {
    const { context, wrap } = await wrapOf(provider);
    await service.upset("hangs");
    const [before, began] = [service.calls(), performance.now()];
    const storm = await Promise.allSettled(
      Array.from({ length: 300 }, () => provider.unwrap(wrap, context)),
    );
    expect(storm.filter(({ status }) => status === "rejected")).toHaveLength(300);
    // Not once for each who asks.
    expect(performance.now() - began).toBeLessThan(20 * PATIENCE.totalMs);
    // Two attempts of sixteen; on a slow machine the moment of rest may be over before the last was refused.
    expect(service.calls() - before).toBeLessThan(100);
  });

  it("is given no more than sixteen calls at once", async () => {
    const another = await start();
    try {
      const patient = await open(another.url, PATIENT);
      const { context, wrap } = await wrapOf(patient);
      const all = Array.from({ length: 100 }, () => patient.unwrap(wrap, context));
      for (const each of await Promise.all(all)) expect(Buffer.from(each)).toEqual(dek);
      expect(another.mostAtOnce()).toBeLessThanOrEqual(16);
      expect(another.mostAtOnce()).toBeGreaterThan(4);
    } finally {
      await another.close();
    }
  });

  it("is not called by those who ask for our health while it is known", async () => {
    await provider.health();
    const before = service.calls();
    for (let time = 0; time < 20; time++) await provider.health();
    expect(service.calls()).toBe(before);
  });

  it("is asked about its health once for all who ask at once", async () => {
    const fresh = await open(service.url);
    const before = service.calls();
    await Promise.all(Array.from({ length: 50 }, () => fresh.health()));
    expect(service.calls() - before).toBe(3);
  });

  it("does not call for a key it was not given", async () => {
    const { context, wrap } = await wrapOf(provider);
    const before = service.calls();
    const mekRef = `${context.mekRef.split(":")[0] ?? ""}:planted`;
    await expect(
      provider.unwrap({ ...wrap, mekRef }, { ...context, mekRef }),
    ).rejects.toMatchObject({ name: "MekUnknown" });
    expect(service.calls()).toBe(before);
  });

  it("fails with words that hold neither keys nor tokens nor what the service said", async () => {
    const { context, wrap } = await wrapOf(provider);
    await service.upset((answer) => ({
      status: 500,
      body: { said: answer.body, by: VAULT_TOKEN },
    }));
    const failure: unknown = await provider.unwrap(wrap, context).catch((error: unknown) => error);
    const all = `${String(failure)} ${(failure as Error).stack ?? ""} ${JSON.stringify(failure)}`;
    expect(service.traffic()).toContain(dek.toString("base64"));
    for (const secret of [dek.toString("base64"), VAULT_TOKEN, "wJalrXUtn"]) {
      expect(all).not.toContain(secret);
    }
    expect(failure).not.toHaveProperty("cause");
  });
});

describe("AWS KMS", () => {
  it("without credentials is denied, before anything is sent", async () => {
    const service = await fakeAws();
    const provider = await awsKms({ endpoint: service.url, keys: [AWS_KEY] }, PATIENCE);
    takeAwsCredentials();
    // Where the SDK looks last.
    env["AWS_EC2_METADATA_DISABLED"] = "true";
    try {
      const context = contextOf(await provider.current());
      await expect(provider.wrap(dek, context)).rejects.toMatchObject({ trouble: "denied" });
      expect(service.calls()).toBe(0);
    } finally {
      Reflect.deleteProperty(env, "AWS_EC2_METADATA_DISABLED");
      giveAwsCredentials();
      await service.close();
    }
  });
});

describe("Google Cloud KMS", () => {
  it.each([
    ["another key's version", { name: `${GCP_KEY}x/cryptoKeyVersions/1` }],
    ["unverified plaintext", { verifiedPlaintextCrc32c: false }],
    ["an unverified binding", { verifiedAdditionalAuthenticatedDataCrc32c: false }],
  ])("is not believed when it answers with %s", async (_, members) => {
    const service = await fakeGcp();
    try {
      const provider = await gcpKms({ endpoint: service.url, keys: [GCP_KEY] }, PATIENCE);
      const context = contextOf(await provider.current());
      await service.upset(but(members));
      await expect(provider.wrap(dek, context)).rejects.toMatchObject({ trouble: "garbled" });
    } finally {
      await service.close();
    }
  });

  it("at Google's own address gets a token of the scope it asks for, and is not called without one", async () => {
    const service = await fakeGcp();
    const tokens = await fakeService(({ path, text }) =>
      path === "/token" && new URLSearchParams(text).get("scope") === GCP_SCOPE
        ? {
            status: 200,
            body: {
              access_token: "ya29.example",
              issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
              token_type: "Bearer",
              expires_in: 1,
            },
          }
        : { status: 400, body: { error: "invalid_request" } },
    );
    const [credentials, subject] = [join(folder, "credentials.json"), join(folder, "subject")];
    writeFileSync(subject, "who we are");
    const federated = {
      type: "external_account",
      audience:
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${tokens.url}/token`,
      credential_source: { file: subject },
    };
    writeFileSync(credentials, JSON.stringify(federated));
    const variables = {
      GOOGLE_APPLICATION_CREDENTIALS: credentials,
      GOOGLE_CLOUD_PROJECT: "p",
      METADATA_SERVER_DETECTION: "none",
    };
    Object.assign(env, variables);
    const { fetch } = globalThis;
    const sent: unknown[] = [];
    const inTheClear: unknown[] = [];
    // The way there is TLS to Google's own address.
    globalThis.fetch = (url, init) => {
      const address = url instanceof Request ? url.url : String(url);
      const token = new Headers(init?.headers).get("authorization");
      if (address.startsWith(service.url)) inTheClear.push(token);
      if (!address.startsWith("https://kms.test/")) return fetch(url, init);
      sent.push(token);
      return fetch(address.replace("https://kms.test", service.url), init);
    };
    try {
      const provider = await gcpKms({ endpoint: "https://kms.test", keys: [GCP_KEY] }, PATIENCE);
      const { context, wrap } = await wrapOf(provider);
      expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
      expect(new Set(sent)).toEqual(new Set(["Bearer ya29.example"]));
      const before = service.calls();
      await tokens.upset(() => ({ status: 400, body: { error: "invalid_grant" } }));
      await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "denied" });
      expect(service.calls()).toBe(before);
      const plain = await gcpKms({ endpoint: service.url, keys: [GCP_KEY] }, PATIENCE);
      const asked = tokens.calls();
      await wrapOf(plain);
      expect(tokens.calls()).toBe(asked);
      expect(new Set(inTheClear)).toEqual(new Set([null]));
    } finally {
      globalThis.fetch = fetch;
      for (const name of Object.keys(variables)) Reflect.deleteProperty(env, name);
      await Promise.all([service.close(), tokens.close()]);
    }
  });

  it("is sent checksums of the published kind (RFC 3720, B.4)", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  });
});

describe("Vault Transit", () => {
  it("opens what earlier versions of a key wrapped, under the same reference", async () => {
    const service = await fakeVault();
    const settings = { address: service.url, token: { value: VAULT_TOKEN }, keys: [VAULT_KEY] };
    const provider = vaultTransit(settings, PATIENCE);
    const { context, wrap } = await wrapOf(provider);
    service.rotate();
    const second = await provider.wrap(dek, context);
    expect(Buffer.from(wrap.blob).toString()).toMatch(/^vault:v1:/);
    expect(Buffer.from(second.blob).toString()).toMatch(/^vault:v2:/);
    expect(second.mekRef).toBe(wrap.mekRef);
    for (const each of [wrap, second]) {
      expect(Buffer.from(await provider.unwrap(each, context))).toEqual(dek);
    }
    await service.close();
  });

  it("takes a token that was renewed in its file, and misses one that was taken away", async () => {
    const service = await fakeVault();
    writeFileSync(tokenFile, `${VAULT_TOKEN}\n`, { mode: 0o600 });
    const settings = { address: service.url, token: { file: tokenFile }, keys: [VAULT_KEY] };
    const provider = vaultTransit(settings, PATIENCE);
    const { context, wrap } = await wrapOf(provider);
    service.renewToken("hvs.renewed");
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "denied" });
    writeFileSync(tokenFile, "hvs.renewed\n");
    await untilForgotten();
    expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
    rmSync(tokenFile);
    const before = service.calls();
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ trouble: "denied" });
    expect(service.calls()).toBe(before);
    await service.close();
  });

  it("takes an altered wrap for one also where Vault calls that its own failure (1.6 and later)", async () => {
    const service = await fakeVault();
    const settings = { address: service.url, token: { value: VAULT_TOKEN }, keys: [VAULT_KEY] };
    const provider = vaultTransit(settings, PATIENCE);
    const { context, wrap } = await wrapOf(provider);
    await service.upset(vaultFault(500, "cipher: message authentication failed"));
    await expect(provider.unwrap(wrap, context)).rejects.toMatchObject({ name: "DecryptionError" });
    await service.close();
  });

  it("too old to bind a wrap to its owner gets nothing to wrap", async () => {
    const deaf = await fakeVault();
    const { fetch } = globalThis;
    globalThis.fetch = (url, init) => {
      const text = (init?.body as string).replace(/,?"associated_data":"[^"]*"/, "");
      return fetch(url, { ...init, body: text });
    };
    try {
      const settings = { address: deaf.url, token: { value: VAULT_TOKEN }, keys: [VAULT_KEY] };
      const provider = vaultTransit(settings, PATIENCE);
      const context = contextOf(await provider.current());
      await expect(provider.wrap(dek, context)).rejects.toMatchObject({ trouble: "unbound" });
      expect(deaf.traffic()).not.toContain(dek.toString("base64"));
    } finally {
      globalThis.fetch = fetch;
      await deaf.close();
    }
  });
});
