import type { Config } from "../../config.ts";
import { localKeyring } from "./local.ts";
import { MekUnknown, type MekProvider } from "./provider.ts";

/** The names of the providers, as they stand before the colon of a reference. */
export type ProviderName = Config["vault"]["masterKeys"]["provider"];

/** All configured master keys as one provider: the chosen one wraps, a reference says who unwraps. */
export interface MasterKeys extends MekProvider {
  /** The configured providers; the first makes new wraps. */
  readonly names: readonly ProviderName[];
  /** @throws Error when it is not configured. */
  readonly of: (name: ProviderName) => MekProvider;
}

/**
 * Opens the providers that are configured.
 *
 * @throws KeyringError when the keyring cannot be used.
 */
export function masterKeys({ provider: chosen, local }: Config["vault"]["masterKeys"]): MasterKeys {
  const providers = new Map<string, MekProvider>();
  if (local !== undefined) providers.set("local", localKeyring(local.file));

  const of = (name: ProviderName): MekProvider => {
    const provider = providers.get(name);
    if (provider === undefined) throw new Error(`the provider ${name} is not configured`);
    return provider;
  };
  const holderOf = (mekRef: string): MekProvider => {
    const provider = providers.get(mekRef.slice(0, mekRef.indexOf(":")));
    if (provider === undefined) throw new MekUnknown(mekRef);
    return provider;
  };
  const primary = of(chosen);
  const names = [...providers.keys()] as ProviderName[];
  return {
    names: [chosen, ...names.filter((name) => name !== chosen)],
    of,
    current: primary.current,
    wrap: async (dek, context) => holderOf(context.mekRef).wrap(dek, context),
    unwrap: async (wrap, context) => holderOf(wrap.mekRef).unwrap(wrap, context),
    health: async () => {
      await Promise.all([...providers.values()].map((provider) => provider.health()));
    },
  };
}
