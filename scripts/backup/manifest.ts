import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { BackupSet, DatabaseRole } from "../lib/backup-sets.ts";
import { DamagedBackup, NewerBackup } from "./damaged.ts";
import { BACKUP_ID } from "./ids.ts";

/** The format that is written, and the only one that is read so far. */
export const FORMAT = "timos-backup/1";
export const MANIFEST = "manifest.json";

const Role = z.enum(["platform", "vault"]) satisfies z.ZodType<DatabaseRole>;
const SetName = z.enum(["platform", "vault", "keys"]) satisfies z.ZodType<BackupSet>;
const Id = z.string().regex(BACKUP_ID);
const Count = z.int().nonnegative();
const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Instant = z.iso.datetime();

/** One file of a table. In which backup it lies decides which folder it is in. */
const TableFile = z.strictObject({
  backup: Id,
  /** Without `/`: it is looked for in the folder of its backup and nowhere else. */
  name: z.string().regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/),
  bytes: Count,
  /** Of what is stored, which is ciphertext. */
  sha256: Hash,
  compression: z.enum(["gzip", "zstd"]),
});
export type TableFile = z.output<typeof TableFile>;

const ManifestTable = z.strictObject({
  database: Role,
  table: z.string().regex(/^[a-z0-9_]+$/),
  format: z.enum(["tablespace", "sql"]),
  rows: Count,
  create: z.string(),
  /** Length of the table's stream once it is opened and laid together. */
  streamBytes: Count,
  /** SHA-256 over the SHA-256 of each chunk of that stream; null where it was not chunked. */
  chunks: Hash.nullable(),
  /** The first is the whole stream at some time; each later one holds the chunks that had changed since. */
  files: z.array(TableFile).min(1),
});
export type ManifestTable = z.output<typeof ManifestTable>;

const Body = z.strictObject({
  format: z.literal(FORMAT),
  id: Id,
  set: SetName,
  startedAt: Instant,
  finishedAt: Instant,
  /** When the state was that it holds. */
  takenAt: Instant,
  timos: z.string(),
  engine: z.enum(["physical", "logical"]),
  serverVersion: z.string(),
  position: z.strictObject({
    lsn: z.string().nullable(),
    binlogFile: z.string().nullable(),
    binlogPosition: Count.nullable(),
    gtid: z.string().nullable(),
  }),
  /** Of the databases that the set has tables of. */
  migrations: z.strictObject({
    platform: z.array(z.string()).optional(),
    vault: z.array(z.string()).optional(),
  }),
  /** Which master keys open what the wraps of these databases hold: without them nothing of a journal can be read. */
  keyReferences: z.array(z.strictObject({ database: Role, mekRef: z.string(), wraps: Count })),
  revisions: z.strictObject({ owners: Count, highest: z.string(), total: z.string() }).nullable(),
  /** The backup whose chunks an incremental one leaves out. */
  base: Id.nullable(),
  recipients: z.array(z.string()).min(1),
  tables: z.array(ManifestTable),
  /** TimOS stores no attachments yet. */
  attachments: z.null(),
});

const Manifest = Body.extend({
  /** Which key the mac was made with, so that a wrong key and a changed manifest are told apart. */
  macKey: z.string().regex(/^[0-9a-f]{16}$/),
  mac: Hash,
});
export type Manifest = z.output<typeof Manifest>;
/** What {@link sealManifest} is given. */
export type ManifestBody = z.input<typeof Body>;

/**
 * The text of a manifest with its mac: HMAC-SHA256 (RFC 2104) under the installation's `backup_key`. The files are
 * encrypted to a public key, with which anybody can make others; that nobody did is what the mac says.
 */
export function sealManifest(body: ManifestBody, key: Buffer): string {
  const unsigned = { ...Body.parse(body), macKey: macKeyId(key) };
  return `${JSON.stringify({ ...unsigned, mac: macOf(unsigned, key) }, null, 2)}\n`;
}

/**
 * Reads a manifest and checks that this installation wrote it.
 *
 * @param key - The installation's `backup_key`; null does not check who wrote it, for whoever has lost that key and
 *   knows where the backup comes from.
 * @param where - How messages call it.
 * @throws DamagedBackup when it is not whole, was changed, or was written by somebody else; NewerBackup when it was
 *   written by a newer TimOS.
 */
export function readManifest(text: string, key: Buffer | null, where: string): Manifest {
  const content = parse(text, where);
  const { format, mac, ...rest } = content;
  if (format !== FORMAT) throw unknownFormat(format, where);
  const unsigned = { format, ...rest };
  const parsed = Manifest.safeParse(content);
  if (key !== null) {
    if (parsed.data !== undefined && parsed.data.macKey !== macKeyId(key)) {
      throw new DamagedBackup(
        `${where} was written with another backup_key than this installation's. ` +
          "If it is a backup of yours, give the recovery kit that was made with it (--kit FILE).",
      );
    }
    if (typeof mac !== "string" || !isEqual(mac, macOf(unsigned, key))) {
      throw new DamagedBackup(
        `${where} was changed after it was written, or was not written by this installation. Do not restore it; take another.`,
      );
    }
  }
  if (parsed.data === undefined) {
    const [issue] = parsed.error.issues;
    throw new DamagedBackup(
      `${where} is not a whole manifest (${issue?.path.join(".") ?? "?"}: ${issue?.message ?? "?"}).`,
    );
  }
  return parsed.data;
}

const macKeyId = (key: Buffer): string =>
  createHmac("sha256", key).update("timos backup key id").digest("hex").slice(0, 16);

const macOf = (content: object, key: Buffer): string =>
  createHmac("sha256", key).update(canonical(content)).digest("hex");

/** JSON without spaces, the names of every object in order: the same bytes however a file was laid out. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const names = Object.entries(value)
    .filter(([, held]) => held !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${names.map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`).join(",")}}`;
}

const isEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const Fields = z.record(z.string(), z.unknown());

function parse(text: string, where: string): z.output<typeof Fields> {
  try {
    return Fields.parse(JSON.parse(text));
  } catch (error) {
    throw new DamagedBackup(`${where} is damaged: it is not JSON. Take another backup.`, {
      cause: error,
    });
  }
}

function unknownFormat(format: unknown, where: string): Error {
  const version = /^timos-backup\/(\d+)$/.exec(typeof format === "string" ? format : "")?.[1];
  if (version === undefined) return new DamagedBackup(`${where} is not the manifest of a backup.`);
  return new NewerBackup(
    `${where} was written by a newer TimOS (format ${version}; this one knows 1). Update TimOS and try again.`,
  );
}
