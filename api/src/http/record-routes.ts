import type * as z from "zod";
import { AppError } from "../contract/errors.ts";
import type { Page } from "../contract/values.ts";
import {
  createRecord,
  getRecord,
  getText,
  patchRecord,
  putRecord,
  trashRecord,
} from "../vault/records.ts";
import { listRecordVersions, restoreRecord } from "../vault/history.ts";
import type { ListPage } from "../vault/pages.ts";
import type { RecordKind, VaultRecord, Write } from "../vault/record-state.ts";
import type { UserVault } from "../vault/user-vault.ts";
import type { StoredHead } from "../vault/statements.ts";
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
  /** The head of their vault, where the answer's tag was made of it. */
  readonly head?: StoredHead | undefined;
}

interface AskedOne<C> extends Asked<C> {
  readonly params: { readonly id: string };
}

/** A record with what is worked out of its fields. */
type Show<F, R> = (record: VaultRecord<F>) => R;

/** The handler of a kind's list: what does not open is left out of it, and told to whoever looks after vaults. */
export const listHandler =
  <Q, C, T>(
    { table }: { readonly table: { readonly table: string } },
    { openVault, onUnreadable }: RecordDeps<C>,
    list: (vault: UserVault, query: Q) => Promise<ListPage<T>>,
  ) =>
  async (asked: Asked<C> & { query: Q }) => {
    const vault = await openVault(asked);
    const page = await list(vault, asked.query);
    if (page.unreadable !== undefined) onUnreadable(vault, table.table);
    return ok(page);
  };

/** The handler of a kind's removal, where that is more than moving to the trash. */
export const removeHandler =
  <F extends object, H extends object, C>(
    kind: RecordKind<F, H>,
    { openVault, clock, onUnreadable }: RecordDeps<C>,
    remove: (vault: UserVault, id: string, write: Write) => Promise<unknown>,
  ) =>
  async (asked: AskedOne<C> & { guard: Guard }) => {
    const vault = await openVault(asked);
    await remove(vault, asked.params.id, {
      guard: asked.guard,
      now: clock(),
      onUnreadable: () => {
        onUnreadable(vault, kind.table.table);
      },
    });
    return noContent();
  };

const NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * The handlers of the shared record protocol for one kind; its list, which knows filters, is the kind's own.
 *
 * @param derive - Works out what is answered beside the fields.
 */
export function recordHandlers<F extends object, H extends object, C, R = VaultRecord<F>>(
  kind: RecordKind<F, H>,
  { openVault, clock, onUnreadable }: RecordDeps<C>,
  derive?: Show<F, R>,
) {
  const show: Show<F, NoInfer<R>> = derive ?? ((record) => record as unknown as R);
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
      const record = await createRecord(vault, kind, { fields, idempotencyKey, now: clock() });
      return created(show(record));
    },
    get: async (asked: AskedOne<C>) => {
      const vault = await openVault(asked);
      const { id } = asked.params;
      return derive === undefined
        ? ok(await getText(vault, kind, id))
        : ok(show(await getRecord(vault, kind, id)));
    },
    put: async (asked: AskedOne<C> & { body: F; guard: Guard }) => {
      const vault = await openVault(asked);
      const write = { fields: asked.body, ...writing(vault, asked.guard) };
      const { record, isNew } = await putRecord(vault, kind, asked.params.id, write);
      return isNew ? created(show(record)) : ok(show(record));
    },
    patch: async (asked: AskedOne<C> & { body: object; guard: Guard }) => {
      const write = { patch: asked.body, guard: asked.guard, now: clock() };
      return ok(show(await patchRecord(await openVault(asked), kind, asked.params.id, write)));
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
      const nextCursor = next === null ? null : String(next);
      return ok({ items: items.map(show), nextCursor, ...unreadable });
    },
    restore: async (asked: AskedOne<C> & { body: { rev: number }; guard: Guard }) => {
      const vault = await openVault(asked);
      const restoration = { rev: asked.body.rev, ...writing(vault, asked.guard) };
      return ok(show(await restoreRecord(vault, kind, asked.params.id, restoration)));
    },
  };
}

function revisionOf(cursor: string): number {
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor);
  throw new AppError("invalid_request", {
    errors: [{ path: "query.cursor", message: "must be the nextCursor of the page before" }],
  });
}
