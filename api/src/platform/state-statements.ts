import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type {
  AuditEventModel,
  UserDekModel,
  VaultStateModel,
} from "../../generated/platform/models.ts";
import type { Execute, Value } from "../lib/database.ts";
import type { Actor } from "./audit.ts";

/** What the vault should hold of an owner, as it is stored. */
export interface VaultState {
  /** The data key that the sums are made with. */
  readonly dekVersion: number;
  readonly rev: number;
  /** 32 bytes. */
  readonly sum: Uint8Array;
  /** The change that was announced last, which may or may not have been committed. */
  readonly nextRev: number | null;
  readonly nextSum: Uint8Array | null;
  readonly verifiedAt: Date | null;
  readonly violatedAt: Date | null;
}

const COLUMNS = {
  dekVersion: "dek_version",
  rev: "rev",
  sum: "sum",
  nextRev: "next_rev",
  nextSum: "next_sum",
  verifiedAt: "verified_at",
  violatedAt: "violated_at",
} satisfies Record<Exclude<keyof VaultStateModel, "ownerId">, string>;

const columns = Object.values(COLUMNS);
const SELECT = `SELECT ${Object.entries(COLUMNS)
  .map(([name, column]) => `${column} AS ${name}`)
  .join(", ")} FROM vault_states WHERE owner_id = ?`;
const INSERT = `INSERT IGNORE INTO vault_states (owner_id, ${columns.join(", ")}) VALUES (?, ${columns.map(() => "?").join(", ")})`;
const MOVE = `UPDATE vault_states SET ${columns.map((column) => `${column} = ?`).join(", ")}
  WHERE owner_id = ? AND ${columns.map((column) => `${column} <=> ?`).join(" AND ")}`;

/** Reads an owner's state; null before anything was written. */
export async function findState(execute: Execute, ownerId: Uint8Array): Promise<VaultState | null> {
  const [row] = await execute<RowDataPacket[]>(SELECT, [ownerId]);
  return row === undefined ? null : (row as RowDataPacket & VaultState);
}

/** Makes an owner's state where there is none. @returns whether there was none. */
export async function insertState(
  execute: Execute,
  ownerId: Uint8Array,
  state: VaultState,
): Promise<boolean> {
  const { affectedRows } = await execute<ResultSetHeader>(INSERT, [ownerId, ...values(state)]);
  return affectedRows === 1;
}

/**
 * Puts `to` in place of `from`, if that is still what is stored: a statement that comes late changes nothing.
 *
 * @returns whether it was.
 */
export async function moveState(
  execute: Execute,
  ownerId: Uint8Array,
  from: VaultState,
  to: VaultState,
): Promise<boolean> {
  const { affectedRows } = await execute<ResultSetHeader>(MOVE, [
    ...values(to),
    ownerId,
    ...values(from),
  ]);
  return affectedRows === 1;
}

/** Something that happened to a vault, for its owner's audit. */
export interface StateEvent {
  readonly actor: Actor;
  readonly action: "vault.baselined" | "vault.violated" | "vault.accepted";
  readonly purpose: string;
}

/** Writes an event into the audit of the user who is the vault's `ownerId`. @returns false when they were erased. */
export async function insertStateEvent(
  execute: Execute,
  ownerId: Uint8Array,
  { actor, action, purpose }: StateEvent,
  at: Date,
): Promise<boolean> {
  const { affectedRows } = await execute<ResultSetHeader>(
    `INSERT INTO audit_events (tenant_id, user_id, actor, action, purpose, at)
     SELECT tenant_id, user_id, ?, ?, ?, ? FROM user_deks WHERE owner_id = ? LIMIT 1`,
    [actor, action, purpose, at, ownerId],
  );
  return affectedRows === 1;
}

["tenantId", "userId", "actor", "action", "purpose", "at"] satisfies (keyof AuditEventModel)[];
["tenantId", "userId", "ownerId"] satisfies (keyof UserDekModel)[];

function values(state: VaultState): Value[] {
  return (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).map((name) => state[name]);
}
