import type * as z from "zod";
import { AppError } from "../../contract/errors.ts";
import { recordEvents } from "../../platform/audit.ts";
import { asSystem } from "../../platform/tenancy.ts";
import type { Caller } from "../auth/authenticate.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { countRecoveryCodes } from "../mfa/recovery-codes.ts";
import { toMe } from "./account.ts";
import { listAudit } from "./audit.ts";
import { AccountExport } from "./contract.ts";
import type { AccountDeps } from "./erase.ts";

type Deps = Pick<AccountDeps, "platform" | "clock">;
type User = Caller["user"];

/** How many rows are in memory at a time. */
const AT_ONCE = 200;
const { shape } = AccountExport;
const Head = AccountExport.pick({
  format: true,
  version: true,
  exportedAt: true,
  account: true,
  tenant: true,
});

/**
 * What is kept of a user's account besides their journal, as {@link AccountExport} has it, as the text of a JSON file. It
 * is read and written a page at a time, however much there is, and each piece passes the schema: what that does not name
 * is not told.
 *
 * @throws AppError `session_revoked`, when the account is gone; while it is read, when it goes meanwhile.
 */
export async function exportAccount(
  deps: Deps,
  user: User,
  from: From,
): Promise<AsyncGenerator<string>> {
  const { platform, clock } = deps;
  const head = await asSystem(() => readHead(deps, user.id));
  const exported = eventFrom(from, user, "account.exported");
  await asSystem(() => recordEvents(platform, [exported], clock()));
  return write(deps, user, head);
}

async function readHead({ platform, clock }: Deps, id: string) {
  const user = await platform.user.findUnique({
    where: { id },
    include: { tenant: true, totp: { select: { confirmedAt: true } } },
  });
  if (user === null) throw new AppError("session_revoked");
  return Head.parse({
    format: "timos-account",
    version: 1,
    exportedAt: clock().toISOString(),
    account: {
      ...toMe(user),
      emailVerifiedAt: user.emailVerifiedAt?.toISOString() ?? null,
      updatedAt: user.updatedAt.toISOString(),
      hasPassword: user.passwordHash !== null,
      secondFactorSince: user.totp?.confirmedAt?.toISOString() ?? null,
      recoveryCodesLeft: await countRecoveryCodes(platform, id),
    },
    tenant: user.tenant,
  });
}

async function* write(
  { platform }: Deps,
  user: User,
  head: z.output<typeof Head>,
): AsyncGenerator<string> {
  const { id: userId } = user;
  const { email } = head.account;
  yield JSON.stringify(head).slice(0, -1);
  yield* list("sessions", (page) =>
    platform.authSession.findMany({ where: { userId }, orderBy: { createdAt: "asc" }, ...page }),
  );
  yield* list("knownBrowsers", (page) =>
    platform.knownDevice.findMany({ where: { userId }, orderBy: { createdAt: "asc" }, ...page }),
  );
  yield* list("trustedDevices", (page) =>
    platform.trustedDevice.findMany({ where: { userId }, orderBy: { createdAt: "asc" }, ...page }),
  );
  yield* list("identities", (page) =>
    platform.oauthAccount.findMany({ where: { userId }, orderBy: { createdAt: "asc" }, ...page }),
  );
  yield* list("passkeys", (page) =>
    platform.passkey.findMany({ where: { userId }, orderBy: { createdAt: "asc" }, ...page }),
  );
  yield* list("tokens", (page) =>
    platform.apiToken.findMany({ where: { userId }, orderBy: { createdAt: "asc" }, ...page }),
  );
  yield* list("links", (page) =>
    platform.oneTimeToken.findMany({ where: { userId }, orderBy: { createdAt: "asc" }, ...page }),
  );
  yield* list("invitations", (page) =>
    platform.invitation.findMany({ where: { email }, orderBy: { createdAt: "asc" }, ...page }),
  );
  let cursor: string | null | undefined;
  yield* list("events", async ({ take: limit }) => {
    if (cursor === null) return [];
    const { items, nextCursor } = await listAudit(platform, user, { limit, cursor });
    cursor = nextCursor;
    return items;
  });
  yield "}";
}

type Listed = Exclude<keyof typeof shape, keyof typeof Head.shape>;

/** A list of the file, of which a page of rows is in memory at a time. */
async function* list(
  name: Listed,
  find: (page: { readonly skip: number; readonly take: number }) => PromiseLike<object[]>,
): AsyncGenerator<string> {
  yield `,${JSON.stringify(name)}:[`;
  let separator = "";
  for (let skip = 0, isLast = false; !isLast; skip += AT_ONCE) {
    const rows = await asSystem(async () => find({ skip, take: AT_ONCE }));
    for (const row of rows) {
      yield separator + JSON.stringify(shape[name].element.parse(written(row)));
      separator = ",";
    }
    isLast = rows.length < AT_ONCE;
  }
  yield "]";
}

/** A row with its instants as they are written. */
const written = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Date ? value.toISOString() : value,
    ]),
  );
