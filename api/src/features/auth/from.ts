import { sha256 } from "../../crypto/digest.ts";
import { clientKey } from "../../lib/client-ip.ts";
import { programOf } from "../../mails/whence.ts";
import type { AuditEvent } from "../../platform/audit.ts";

/** Where a request comes from, as far as signing in minds. */
export interface From {
  readonly address: string | undefined;
  readonly userAgent: string;
  readonly requestId: string;
  readonly route: string;
  cookie(name: "rt" | "dev" | "td" | "su" | "oa"): string | undefined;
}

/** The value of the device cookie, if the browser has one of ours. */
export function deviceOf(from: From): string | undefined {
  const value = from.cookie("dev");
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

export const deviceHash = (device: string) => new Uint8Array(sha256(device));

/** The network of an address: an IPv4 /24 or an IPv6 /48. What is kept of an address, which is nobody's home. */
export function networkOf(address: string | undefined): string | null {
  if (address === undefined) return null;
  const key = clientKey(address);
  if (key.includes(":")) return `${key.split(":").slice(0, 3).join(":")}::/48`;
  return `${key.split(".").slice(0, 3).join(".")}.0/24`;
}

/** What a request did to an account, for its audit, and where it came from, for the account's owner alone. */
export function eventFrom(
  from: From,
  user: { readonly id: string; readonly tenantId: string },
  action: string,
  more: Pick<AuditEvent, "outcome" | "target"> & { readonly actor?: AuditEvent["actor"] } = {},
): AuditEvent {
  return {
    subject: { userId: user.id, tenantId: user.tenantId },
    actor: "user",
    action,
    purpose: from.route,
    requestId: from.requestId,
    details: { network: networkOf(from.address), ...programOf(from.userAgent) },
    ...more,
  };
}

/** By which browser a step was begun: the value of its cookie for providers and passkeys, or for signing up. */
export function browserOf(from: From, name: "oa" | "su"): string | undefined {
  const value = from.cookie(name);
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}
