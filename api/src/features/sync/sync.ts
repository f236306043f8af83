import * as z from "zod";
import { AppError, invalidRequest } from "../../contract/errors.ts";
import { KindName } from "../../contract/record.ts";
import { Id } from "../../contract/values.ts";
import { MAX_ANSWER_BYTES } from "../../vault/record-state.ts";
import { findChange, listChanges, type Merged } from "../../vault/sync.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { Op, type Outcome } from "./contract.ts";
import { SYNC_KINDS, syncKindNamed } from "./kinds.ts";

/** Changes since `since`, a place that {@link pull} gave as `next`, or 0. @throws AppError `gone`. */
export async function pull(vault: UserVault, { since, limit }: { since: string; limit: number }) {
  const [rev, floor] = since.split("-").map(Number);
  const { next, ...page } = await listChanges(vault, SYNC_KINDS, {
    since: { rev: rev ?? 0, floor },
    limit,
  });
  const place = next.floor === undefined ? [next.rev] : [next.rev, next.floor];
  return { ...page, next: place.join("-") };
}

/** By what, besides an op, it is made. */
interface Making {
  readonly today: string;
  readonly now: Date;
  readonly onUnreadable: (table: string) => void;
}

/**
 * Makes changes, one after the other, each by itself.
 *
 * @throws AppError when a database is away. What was done until then stays done, and is found to be so when the changes
 * are sent again.
 */
export async function push(
  vault: UserVault,
  ops: readonly unknown[],
  making: Making,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let bytes = 0;
  for (const op of ops) {
    const outcome = await outcomeOf(vault, op, making);
    bytes += JSON.stringify(outcome).length;
    outcomes.push(bytes > MAX_ANSWER_BYTES ? withoutRecord(outcome) : outcome);
  }
  return outcomes;
}

function withoutRecord({ current, ...outcome }: Outcome): Outcome {
  if (!current) return outcome;
  const { record: _, ...found } = current;
  return { ...outcome, current: found };
}

async function outcomeOf(vault: UserVault, sent: unknown, making: Making): Promise<Outcome> {
  const parsed = Op.safeParse(sent);
  if (!parsed.success) return { ...namedIn(sent), ...invalid(invalidRequest("op", parsed.error)) };
  const op = parsed.data;
  const { kind, id } = op;
  try {
    const merged = await merge(vault, op, making);
    if (merged.status !== "conflict") {
      const { status, rev } = merged;
      return { kind, id, status, ...(rev === null ? {} : { rev }) };
    }
    const current = await findChange(vault, syncKindNamed(kind), merged.with);
    return { kind, id, status: "conflict", current };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "not_found") return { kind, id, status: "not_found" };
    if (error.code === "invalid_request") return { kind, id, ...invalid(error) };
    throw error;
  }
}

function merge(vault: UserVault, op: Op, { today, now, onUnreadable }: Making): Promise<Merged> {
  const kind = syncKindNamed(op.kind);
  const write = {
    ifRev: op.ifRev,
    now,
    onUnreadable: () => {
      onUnreadable(kind.table.table);
    },
  };
  return op.op === "put"
    ? kind.put(vault, op.id, op.record, { ...write, today })
    : kind.remove(vault, op.id, write);
}

const Named = z.object({ kind: KindName.nullable().catch(null), id: Id.nullable().catch(null) });

/** What of an op that is not valid says which record it was about. */
const namedIn = (sent: unknown) => Named.catch({ kind: null, id: null }).parse(sent);

function invalid({ particulars }: AppError) {
  const errors = (particulars.errors ?? []).map(({ path, message }) => ({
    path: path.replace(/^op\./, ""),
    message,
  }));
  return { status: "invalid", errors } as const;
}
