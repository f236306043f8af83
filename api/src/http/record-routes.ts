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
import { versionTable } from "../vault/versions.ts";
import type { Guard } from "../contract/endpoint.ts";
import { created, noContent, ok } from "./answer.ts";
import type { Peer } from "./request.ts";

/** What the handlers of records need of the rest: whose vault it is, and what time it is. */
export interface RecordDeps<C> {
  readonly openVault: (asked: Asked<C>) => Promise<UserVault>;
  readonly clock: () => Date;
  /** Hears of rows of a vault that do not open and were left out of an answer. */
  readonly onUnreadable: (vault: UserVault, table: string) => void;
}

/** Who asks, and by which request. */
export interface Asked<C> {
  readonly caller: C;
  readonly peer: Peer;
}

interface AskedOne<C> extends Asked<C> {
  readonly params: { readonly id: string };
}

const NEWEST = Number.MAX_SAFE_INTEGER;

/** The handlers of the shared record protocol for one kind; its list, which knows filters, is the kind's own. */
export function recordHandlers<F extends object, H extends object, C>(
  kind: RecordKind<F, H>,
  { openVault, clock, onUnreadable }: RecordDeps<C>,
) {
  /** What a change is made with; it says of a record that did not open that nothing of it could be kept. */
  const writing = (vault: UserVault, guard: Guard) => ({
    guard,
    now: clock(),
    onUnreadable: () => {
      onUnreadable(vault, kind.table.table);
    },
  });
  return {
    create: async (asked: Asked<C> & { body: F; idempotencyKey: string | undefined }) => {
      const { body: fields, idempotencyKey } = asked;
      const vault = await openVault(asked);
      return created(await createRecord(vault, kind, { fields, idempotencyKey, now: clock() }));
    },
    get: async (asked: AskedOne<C>) =>
      ok(await getRecord(await openVault(asked), kind, asked.params.id)),
    put: async (asked: AskedOne<C> & { body: F; guard: Guard }) => {
      const vault = await openVault(asked);
      const write = { fields: asked.body, ...writing(vault, asked.guard) };
      const { record, isNew } = await putRecord(vault, kind, asked.params.id, write);
      return isNew ? created(record) : ok(record);
    },
    patch: async (asked: AskedOne<C> & { body: object; guard: Guard }) => {
      const write = { patch: asked.body, guard: asked.guard, now: clock() };
      return ok(await patchRecord(await openVault(asked), kind, asked.params.id, write));
    },
    remove: async (asked: AskedOne<C> & { guard: Guard }) => {
      const vault = await openVault(asked);
      await trashRecord(vault, kind, asked.params.id, writing(vault, asked.guard));
      return noContent();
    },
    versions: async (asked: AskedOne<C> & { query: z.output<typeof Page> }) => {
      const { limit, cursor } = asked.query;
      const before = cursor === undefined ? NEWEST : revisionOf(cursor);
      const vault = await openVault(asked);
      const range = { before, limit };
      const page = await listRecordVersions(vault, kind, asked.params.id, range);
      if (page.unreadable !== undefined) onUnreadable(vault, versionTable.table);
      const { versions: items, next, ...unreadable } = page;
      return ok({ items, nextCursor: next === null ? null : String(next), ...unreadable });
    },
    restore: async (asked: AskedOne<C> & { body: { rev: number }; guard: Guard }) => {
      const vault = await openVault(asked);
      const restoration = { rev: asked.body.rev, ...writing(vault, asked.guard) };
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
