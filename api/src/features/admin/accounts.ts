import { AppError } from "../../contract/errors.ts";
import type { PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { FACTORS, hasSecondFactor, type Factors } from "../auth/factors.ts";
import type { Account } from "./contract.ts";

interface Asked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The accounts of the platform whose address or name has `q` in it, in pages. */
export async function listUsers(
  db: PlatformQueries,
  { q, limit, cursor }: Asked & { readonly q?: string | undefined },
) {
  const part = { contains: q?.trim() ?? "" };
  const rows = await asSystem(() =>
    db.user.findMany({
      where: {
        ...(q === undefined ? {} : { OR: [{ email: part }, { displayName: part }] }),
        ...(cursor === undefined ? {} : { id: { gt: cursor } }),
      },
      orderBy: { id: "asc" },
      take: limit + 1,
      include: FACTORS,
    }),
  );
  return page(rows.map(toAccount), limit);
}

/** One account. @throws AppError `not_found`. */
export async function getUser(db: PlatformQueries, id: string): Promise<Account> {
  const row = await asSystem(() => db.user.findUnique({ where: { id }, include: FACTORS }));
  if (row === null) throw new AppError("not_found");
  return toAccount(row);
}

/** The tenants of the platform, in pages. */
export async function listTenants(db: PlatformQueries, { limit, cursor }: Asked) {
  const rows = await asSystem(() =>
    db.tenant.findMany({
      where: cursor === undefined ? {} : { id: { gt: cursor } },
      orderBy: { id: "asc" },
      take: limit + 1,
      include: { _count: { select: { users: true } } },
    }),
  );
  const items = rows.map(({ _count, createdAt, ...tenant }) => ({
    ...tenant,
    members: _count.users,
    createdAt: createdAt.toISOString(),
  }));
  return page(items, limit);
}

/** What is one more than asked for tells that there is another page. */
function page<T extends { readonly id: string }>(rows: readonly T[], limit: number) {
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

function toAccount({
  totp,
  _count,
  createdAt,
  emailVerifiedAt,
  ...user
}: Omit<Account, "createdAt" | "isEmailVerified" | "hasSecondFactor"> &
  Factors & { readonly createdAt: Date; readonly emailVerifiedAt: Date | null }): Account {
  return {
    ...user,
    isEmailVerified: emailVerifiedAt !== null,
    hasSecondFactor: hasSecondFactor({ totp, _count }),
    createdAt: createdAt.toISOString(),
  };
}
