import type { Guard } from "@timos/api/contract";
import type { library } from "@/messages/en/library.ts";

export interface LibraryRecord {
  readonly id: string;
  /** 0 of one that nobody wrote yet: everybody has it as it is. */
  readonly rev: number;
  readonly archived?: boolean;
}

interface ById {
  readonly params: { readonly id: string };
}

interface Page<R> {
  readonly items: readonly R[];
  readonly nextCursor: string | null;
  readonly unreadable?: number | undefined;
}

type ListCall<R> = (asked: {
  readonly query: { readonly limit: number; readonly cursor: string | undefined };
  readonly signal: AbortSignal;
}) => Promise<Page<R>>;

/** The calls of the API that a kind of record is kept by. */
export interface RecordCalls<R extends LibraryRecord, F> {
  readonly list: ListCall<R>;
  readonly get: (asked: ById) => Promise<unknown>;
  readonly put: (asked: ById & { readonly body: F; readonly guard: Guard }) => Promise<unknown>;
  readonly remove: (asked: ById & { readonly guard: Guard }) => Promise<unknown>;
}

/** A kind of record that a journal is kept by. `F` is what a person can say of one. */
export interface Kind<R extends LibraryRecord, F> {
  readonly name: keyof typeof library.kinds;
  readonly calls: RecordCalls<R, F>;
  readonly fieldsOf: (record: R) => F;
  readonly titleOf: (record: R) => string;
  /** For kinds that are archived, and not deleted, while something names them: with what is said of one that is. */
  readonly withArchived?: (fields: F, archived: boolean) => F;
  /** For kinds that have an order of their owner's. */
  readonly reorder?: (ids: string[]) => Promise<unknown>;
}

export interface AllRecords<R> {
  readonly items: readonly R[];
  readonly unreadable: number;
}

/** Reads every page of a list. */
export async function everyRecord<R>(
  list: ListCall<R>,
  signal: AbortSignal,
): Promise<AllRecords<R>> {
  const items: R[] = [];
  let unreadable = 0;
  let cursor: string | undefined;
  do {
    const page: Page<R> = await list({ query: { limit: 200, cursor }, signal });
    items.push(...page.items);
    // Each page counts those it met on its way, which may be the same ones.
    unreadable = Math.max(unreadable, page.unreadable ?? 0);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { items, unreadable };
}
