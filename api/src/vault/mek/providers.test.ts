import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { contextOf, dek } from "../../../test/kms/contract.ts";
import {
  AWS_KEY,
  fakeAws,
  giveAwsCredentials,
  takeAwsCredentials,
} from "../../../test/kms/fake-aws.ts";
import { fakeGcp, GCP_KEY } from "../../../test/kms/fake-gcp.ts";
import { fakeVault, VAULT_KEY, VAULT_TOKEN } from "../../../test/kms/fake-vault.ts";
import { createKeyring } from "../../crypto/keyring.ts";
import { masterKeys, type MasterKeys } from "./providers.ts";

const folder = mkdtempSync(join(tmpdir(), "timos-meks-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "keyring");
writeFileSync(file, createKeyring(new Date()), { mode: 0o600 });

const NONE = {
  provider: "local",
  local: undefined,
  pkcs11: undefined,
  awskms: undefined,
  gcpkms: undefined,
  vault: undefined,
} as const;
const VAULT = { address: "http://127.0.0.1:9", token: { value: "test" }, keys: ["timos"] };

describe("the configured master keys", () => {
  it("wrap under the chosen provider, and unwrap under whichever a wrap names", async () => {
    const local = await masterKeys({ ...NONE, local: { file } });
    const context = contextOf(await local.current());
    const wrap = await local.wrap(dek, context);

    const both = await masterKeys({ ...NONE, provider: "vault", local: { file }, vault: VAULT });
    expect(both.names).toEqual(["vault", "local"]);
    expect(await both.current()).toBe("vault:timos");
    expect(Buffer.from(await both.unwrap(wrap, context))).toEqual(dek);
  });

  it("without a keyring do not have the keys that were in one, nor any of a name that is none", async () => {
    const local = await masterKeys({ ...NONE, local: { file } });
    const context = contextOf(await local.current());
    const wrap = await local.wrap(dek, context);

    const vault = await masterKeys({ ...NONE, provider: "vault", vault: VAULT });
    expect(vault.names).toEqual(["vault"]);
    await expect(vault.unwrap(wrap, context)).rejects.toMatchObject({
      name: "MekUnknown",
      mekRef: wrap.mekRef,
    });
    await expect(vault.wrap(dek, context)).rejects.toMatchObject({ name: "MekUnknown" });
    for (const mekRef of ["", "timos", "Vault:timos", "toString:timos"]) {
      await expect(vault.unwrap({ ...wrap, mekRef }, context)).rejects.toMatchObject({ mekRef });
    }
    expect(() => vault.of("local")).toThrow("the provider local is not configured");
  });

  it("are refused where the chosen provider is not configured", async () => {
    await expect(masterKeys({ ...NONE, provider: "gcpkms", local: { file } })).rejects.toThrow(
      "the provider gcpkms is not configured",
    );
  });

  it("are refused where the token's module cannot be loaded", async () => {
    const token = { module: join(folder, "none.so"), token: "t", pin: "0", keys: ["timos"] };
    const opening = masterKeys({ ...NONE, provider: "pkcs11", pkcs11: token });
    await expect(opening).rejects.toMatchObject({ name: "MekSetupError" });
  });
});

describe("several providers at once", () => {
  let services: Record<
    "awskms" | "gcpkms" | "vault",
    Awaited<ReturnType<typeof fakeVault | typeof fakeAws>>
  >;
  let keys: MasterKeys;
  beforeAll(async () => {
    giveAwsCredentials();
    services = { awskms: await fakeAws(), gcpkms: await fakeGcp(), vault: await fakeVault() };
    keys = await masterKeys({
      ...NONE,
      provider: "gcpkms",
      local: { file },
      awskms: { endpoint: services.awskms.url, keys: [AWS_KEY] },
      gcpkms: { endpoint: services.gcpkms.url, keys: [GCP_KEY] },
      vault: { address: services.vault.url, token: { value: VAULT_TOKEN }, keys: [VAULT_KEY] },
    });
  });
  afterEach(() => Promise.all(Object.values(services).map((service) => service.mend())));
  afterAll(async () => {
    takeAwsCredentials();
    await Promise.all(Object.values(services).map((service) => service.close()));
  });

  it("are each found by its references, and the chosen one comes first", async () => {
    expect(keys.names).toEqual(["gcpkms", "local", "awskms", "vault"]);
    expect(await keys.current()).toBe(`gcpkms:${GCP_KEY}`);
    for (const name of keys.names) {
      const context = contextOf(await keys.of(name).current());
      const wrap = await keys.wrap(dek, context);
      expect(wrap.mekRef.startsWith(`${name}:`)).toBe(true);
      expect(Buffer.from(await keys.unwrap(wrap, context))).toEqual(dek);
    }
  });

  it.each(["awskms", "gcpkms", "vault"] as const)(
    "are well when all are, since data keys may be under each: not without %s",
    async (name) => {
      await services[name].upset("is away");
      const reference = await keys.of(name).current();
      const context = contextOf(reference);
      await expect(keys.wrap(dek, context)).rejects.toMatchObject({ code: `${name}:unreachable` });
      await expect(keys.health()).rejects.toMatchObject({ mekRef: reference });
      await services[name].mend();
      await new Promise((done) => setTimeout(done, 1100));
      await expect(keys.health()).resolves.toBeUndefined();
    },
  );
});
