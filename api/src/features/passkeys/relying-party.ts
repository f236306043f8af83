import { isIP } from "node:net";
import { AppError } from "../../contract/errors.ts";

/** To whom passkeys belong. Each is bound to a domain when it is made, and works at no other. */
export interface RelyingParty {
  /** The domain (WebAuthn's RP ID). */
  readonly id: string;
  /** The origins whose pages may use them: at the domain, or at one below it. */
  readonly origins: readonly string[];
}

/**
 * The first of the origins whose host has a name decides. An address cannot have passkeys (WebAuthn Level 3 §5.1.3).
 *
 * @returns undefined when none has a name.
 */
export function relyingPartyOf(origins: readonly string[]): RelyingParty | undefined {
  const id = origins.map(hostOf).find((host) => isIP(host) === 0);
  if (id === undefined) return undefined;
  const isBelow = (host: string) => host === id || host.endsWith(`.${id}`);
  return { id, origins: origins.filter((origin) => isBelow(hostOf(origin))) };
}

const hostOf = (origin: string) => new URL(origin).hostname.replace(/^\[|\]$/g, "");

/** @throws AppError `passkeys_unavailable` where no origin has a name. */
export function partyOf(deps: { readonly relyingParty: RelyingParty | undefined }): RelyingParty {
  if (deps.relyingParty === undefined) throw new AppError("passkeys_unavailable");
  return deps.relyingParty;
}
