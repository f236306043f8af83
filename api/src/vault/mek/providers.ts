import type { Config } from "../../config.ts";
import { awsKms } from "./aws-kms.ts";
import { gcpKms } from "./gcp-kms.ts";
import { localKeyring } from "./local.ts";
import { pkcs11 } from "./pkcs11.ts";
import { MekUnknown, type MekProvider } from "./provider.ts";
import { vaultTransit } from "./vault-transit.ts";

type Settings = Config["vault"]["masterKeys"];

/** The names of the providers, as they stand before the colon of a reference. */
export type ProviderName = Settings["provider"];

/** All configured master keys as one provider: the chosen one wraps, and a wrap's own reference says who unwraps it. */
export interface MasterKeys extends MekProvider {
  /** The configured providers; the first makes new wraps. */
  readonly names: readonly ProviderName[];
  /** @throws Error when it is not configured. */
  readonly of: (name: ProviderName) => MekProvider;
}

/**
 * Opens the providers that are configured. No key service is called yet.
 *
 * @throws KeyringError when the keyring cannot be used; MekSetupError when a library that a provider needs is missing.
 */
export async function masterKeys(settings: Settings): Promise<MasterKeys> {
  const providers = new Map<string, MekProvider>();
  const { provider: chosen, local, pkcs11: token, awskms, gcpkms, vault } = settings;
  if (local !== undefined) providers.set("local", localKeyring(local.file));
  if (token !== undefined) providers.set("pkcs11", await pkcs11(token));
  if (awskms !== undefined) providers.set("awskms", await awsKms(awskms));
  if (gcpkms !== undefined) providers.set("gcpkms", await gcpKms(gcpkms));
  if (vault !== undefined) providers.set("vault", vaultTransit(vault));

  const of = (name: ProviderName): MekProvider => {
    const provider = providers.get(name);
    if (provider === undefined) throw new Error(`the provider ${name} is not configured`);
    return provider;
  };
  const holderOf = (mekRef: string): MekProvider => {
    const provider = providers.get(mekRef.split(":", 1)[0] ?? "");
    if (provider === undefined) throw new MekUnknown(mekRef);
    return provider;
  };
  const names = [...providers.keys()] as ProviderName[];
  return {
    names: [chosen, ...names.filter((name) => name !== chosen)],
    of,
    current: of(chosen).current,
    wrap: async (dek, context) => holderOf(context.mekRef).wrap(dek, context),
    unwrap: async (wrap, context) => holderOf(wrap.mekRef).unwrap(wrap, context),
    health: async () => {
      await Promise.all([...providers.values()].map((provider) => provider.health()));
    },
  };
}
