import { parseArgs } from "node:util";
import * as z from "zod";
import { BACKUP_ID } from "../backup/ids.ts";
import { variable, type Environment } from "../launcher/settings.ts";
import type { DatabaseRole } from "../lib/backup-sets.ts";
import { UsageError } from "../lib/usage.ts";
import { NEWEST } from "./chosen.ts";

/** What the command was asked to do. */
export interface Request {
  readonly from: string | undefined;
  /** Which databases; undefined when none was named. */
  readonly roles: readonly DatabaseRole[] | undefined;
  readonly backup: string;
  readonly at: Date | undefined;
  readonly withKeys: boolean;
  readonly kit: string | undefined;
  readonly isScratch: boolean;
  readonly isDryRun: boolean;
  readonly isConfirmed: boolean;
  /** Restores what nobody can say who wrote it. */
  readonly isUnauthenticated: boolean;
  /** Drops what earlier restores kept of before, and does nothing else. */
  readonly isDroppingCopies: boolean;
  /** What was typed, for whoever has to type it again. */
  readonly commandLine: string;
}

const Databases = z.enum(["platform", "vault", "both"]);
const Backup = z.union([z.literal(NEWEST), z.string().regex(BACKUP_ID)]);
/** With a zone: at three in the morning nobody should have to guess whose time is meant. */
const Moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** @throws UsageError, or what `parseArgs` throws, for anything that is not understood. */
export function readRequest(args: string[], env: Environment): Request {
  const { values } = parseArgs({
    args,
    options: {
      from: { type: "string" },
      database: { type: "string" },
      backup: { type: "string", default: NEWEST },
      at: { type: "string" },
      keys: { type: "boolean", default: false },
      kit: { type: "string" },
      scratch: { type: "boolean", default: false },
      "dry-run": { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      unauthenticated: { type: "boolean", default: false },
      "drop-copies": { type: "boolean", default: false },
    },
  });
  const database = parsed(Databases.optional(), values.database);
  const at = parsed(Moment.optional(), values.at);
  const backup = parsed(Backup, values.backup);
  if (at !== undefined && backup !== NEWEST) throw new UsageError();
  return {
    from: values.from ?? variable(env, "BACKUP_TO"),
    roles:
      database === undefined ? undefined : database === "both" ? ["platform", "vault"] : [database],
    backup,
    at,
    withKeys: values.keys,
    kit: values.kit,
    isScratch: values.scratch,
    isDryRun: values["dry-run"],
    isConfirmed: values.yes,
    isUnauthenticated: values.unauthenticated,
    isDroppingCopies: values["drop-copies"],
    commandLine: ["npm run restore --", ...args].join(" "),
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new UsageError();
  return result.data;
}
