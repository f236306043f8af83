import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, type Platform } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";

/** What came of a grant or of its taking back. */
export type Outcome = "done" | "was so already" | "no such account" | "not verified";

/**
 * Makes the owner of an address a superadmin, or takes it from them. For whoever runs the server, from a terminal: there
 * is no default account, and no request does it. A role is nothing without a second factor, which it does not give.
 *
 * Servers that run notice within a second.
 */
export async function setSuperadmin(
  platform: Platform,
  address: string,
  isGranted: boolean,
  now: Date,
): Promise<Outcome> {
  const email = address.trim().toLowerCase();
  const [before, after] = isGranted ? [null, "superadmin" as const] : ["superadmin" as const, null];
  return asSystem(() =>
    inTransaction(platform, async (tx) => {
      const user = await tx.user.findUnique({ where: { email } });
      if (user === null) return "no such account";
      // Whoever signed up with an address is not yet who owns it.
      if (isGranted && user.emailVerifiedAt === null) return "not verified";
      const { count } = await tx.user.updateMany({
        where: { id: user.id, platformRole: before },
        data: { platformRole: after },
      });
      if (count === 0) return "was so already";
      const event = {
        subject: { userId: user.id, tenantId: user.tenantId },
        actor: "operator" as const,
        action: "role.changed",
        purpose: isGranted ? "admin:grant" : "admin:revoke",
        target: after ?? "no superadmin",
        requestId: null,
      };
      await recordEvents(tx, [event], now);
      return "done";
    }),
  );
}
