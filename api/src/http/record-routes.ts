import type * as z from "zod";
import { AppError } from "../contract/errors.ts";
import type { Page } from "../contract/values.ts";
import {
  createRecord,
  getRecord,
  listRecordVersions,
  patchRecord,
  putRecord,
  restoreRecord,
  trashRecord,
  type RecordKind,
} from "../vault/records.ts";
import type { UserVault } from "../vault/user-vault.ts";
import type { Guard } from "../contract/endpoint.ts";
import { created, noContent, ok } from "./answer.ts";

/** What the handlers of records need of the rest: whose vault it is, and what time it is. */
export interface RecordDeps<C> {
  readonly openVault: (caller: C) => Promise<UserVault>;
  readonly clock: () => Date;
}

interface Asked<C> {
  readonly caller: C;
  readonly params: { readonly id: string };
}

const NEWEST = Number.MAX_SAFE_INTEGER;

/** The handlers of the shared record protocol for one kind; its list, which knows filters, is the kind's own. */
export function recordHandlers<F extends object, H extends object, C>(
  kind: RecordKind<F, H>,
  { openVault, clock }: RecordDeps<C>,
) {
  return {
    create: async (asked: { caller: C; body: F; idempotencyKey: string | undefined }) => {
      const { body: fields, idempotencyKey } = asked;
      const vault = await openVault(asked.caller);
      return created(await createRecord(vault, kind, { fields, idempotencyKey, now: clock() }));
    },
    get: async ({ caller, params }: Asked<C>) =>
      ok(await getRecord(await openVault(caller), kind, params.id)),
    put: async ({ caller, params, body: fields, guard }: Asked<C> & { body: F; guard: Guard }) => {
      const write = { fields, guard, now: clock() };
      const { record, isNew } = await putRecord(await openVault(caller), kind, params.id, write);
      return isNew ? created(record) : ok(record);
    },
    patch: async (asked: Asked<C> & { body: object; guard: Guard }) => {
      const write = { patch: asked.body, guard: asked.guard, now: clock() };
      return ok(await patchRecord(await openVault(asked.caller), kind, asked.params.id, write));
    },
    remove: async ({ caller, params, guard }: Asked<C> & { guard: Guard }) => {
      await trashRecord(await openVault(caller), kind, params.id, { guard, now: clock() });
      return noContent();
    },
    versions: async (asked: Asked<C> & { query: z.output<typeof Page> }) => {
      const { limit, cursor } = asked.query;
      const before = cursor === undefined ? NEWEST : revisionOf(cursor);
      const vault = await openVault(asked.caller);
      const range = { before, limit };
      const { versions, hasMore } = await listRecordVersions(vault, kind, asked.params.id, range);
      return ok({ items: versions, nextCursor: hasMore ? String(versions.at(-1)?.rev) : null });
    },
    restore: async (asked: Asked<C> & { body: { rev: number }; guard: Guard }) => {
      const restoration = { rev: asked.body.rev, guard: asked.guard, now: clock() };
      const vault = await openVault(asked.caller);
      return ok(await restoreRecord(vault, kind, asked.params.id, restoration));
    },
  };
}

function revisionOf(cursor: string): number {
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor);
  throw new AppError("invalid_request", {
    errors: [{ path: "query.cursor", message: "must be the nextCursor of the page before" }],
  });
}
