/** The keys of an installation: see USAGE, and docs/operations.md. */
import { parseArgs } from "node:util";
import * as z from "zod";
import { doctor } from "./keys/doctor.ts";
import { init, initPkcs11 } from "./keys/init.ts";
import { openInstallation, type Installation } from "./keys/installation.ts";
import { mergeKeyring } from "./keys/merge.ts";
import { retireDeks, retireMek } from "./keys/retire.ts";
import { rotateDek } from "./keys/rotate-dek.ts";
import { rotateMek } from "./keys/rotate-mek.ts";
import { status } from "./keys/status.ts";
import { asError } from "./launcher/files.ts";

const USAGE = `Usage:
  npm run keys:init -- --file PATH
      make a new keyring for a new installation
  npm run keys:init -- --pkcs11
      make the master key PKCS11_KEY in the hardware token PKCS11_TOKEN
  npm run keys:status [-- --rows]
      the master keys, the data keys under each, and rotations under way; with --rows what they have still to seal
  npm run keys:rotate -- --mek [--provider local|pkcs11|awskms|gcpkms|vault] [--stage-only] [--dry-run]
      a new master key, or another provider's: every data key is wrapped anew
  npm run keys:rotate -- --dek USER|all [--made-before INSTANT] [--dry-run]
      new data keys, for one user (address of e-mail or id) or all: every row is sealed anew
  npm run keys:retire -- --mek REFERENCE --yes
      remove a master key that nothing is wrapped under from the keyring
  npm run keys:retire -- --dek USER|all --older-than DAYS [--dry-run] --yes
      destroy former data keys that no row is under
  npm run keys:merge -- FILE
      add the master keys of another keyring file that the installation's lacks: a backup of it, or another server's
  npm run keys:doctor [-- --all] [--rows] [--repair]
      compare what both databases hold of keys, and unwrap them

They work on the installation that PLATFORM_DATABASE_URL, VAULT_DATABASE_URL and the variables of the master keys
name, else on the TimOS in TIMOS_DATA_DIR (./.data). Where that does not run, they start its databases meanwhile.`;

class UsageError extends Error {}

const Provider = z.enum(["local", "pkcs11", "awskms", "gcpkms", "vault"]);
/** Written out: an empty text is what a variable that is not set leaves, and no zero. */
const Amount = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
const Moment = z.coerce.date();

type Flags = ReturnType<typeof readFlags>;
type Flag = keyof Flags["values"];

/** @throws UsageError for anything that a command would not heed: it may have been meant to hold it back. */
function only({ values, positionals }: Flags, flags: readonly Flag[], words = 0): void {
  const stray = Object.keys(values).find((name) => !flags.some((flag) => flag === name));
  if (stray !== undefined) throw new UsageError(`--${stray} does not belong to this command.`);
  if (positionals.length > words) {
    throw new UsageError(`"${positionals.join(" ")}" is not understood.`);
  }
}

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        file: { type: "string" },
        pkcs11: { type: "boolean" },
        mek: { type: "boolean" },
        dek: { type: "string" },
        provider: { type: "string" },
        "stage-only": { type: "boolean" },
        "dry-run": { type: "boolean" },
        "made-before": { type: "string" },
        "older-than": { type: "string" },
        // How long to wait for servers, for tests only, and so in no usage: with less than they keep keys, rows that they
        // write meanwhile do not open.
        "settle-seconds": { type: "string" },
        yes: { type: "boolean" },
        rows: { type: "boolean" },
        all: { type: "boolean" },
        repair: { type: "boolean" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(asError(error).message);
  }
}

/** What a command does; false when something is left to do, which it said. */
const COMMANDS: Readonly<Record<string, (flags: Flags) => Promise<boolean>>> = {
  init: async (flags) => {
    only(flags, ["file", "pkcs11"]);
    const { file, pkcs11 = false } = flags.values;
    if ((file === undefined) !== pkcs11) throw new UsageError();
    await (file === undefined ? initPkcs11(process.env) : init(file));
    return true;
  },
  status: (flags) => {
    only(flags, ["rows"]);
    return withInstallation((inst) => status(inst, flags.values.rows ?? false));
  },
  doctor: (flags) => {
    only(flags, ["all", "rows", "repair"]);
    const { all = false, rows = false, repair = false } = flags.values;
    return withInstallation((inst) =>
      doctor(inst, { isThorough: all, hasRows: rows, isRepairing: repair }),
    );
  },
  merge: async (flags) => {
    only(flags, [], 1);
    const [file] = flags.positionals;
    if (file === undefined) throw new UsageError();
    await mergeKeyring(process.env, file);
    return true;
  },
  rotate: (flags) => {
    const { values } = flags;
    const isDryRun = values["dry-run"] ?? false;
    const seconds = parsed(Amount.optional(), values["settle-seconds"]);
    if (values.mek === true) {
      only(flags, ["mek", "provider", "stage-only", "dry-run", "settle-seconds"]);
      const provider = parsed(Provider.optional(), values.provider);
      const isStageOnly = values["stage-only"] ?? false;
      const wait = seconds === undefined ? {} : { settleSeconds: seconds };
      return withInstallation((inst) =>
        rotateMek(inst, { provider, isStageOnly, isDryRun, ...wait }),
      );
    }
    only(flags, ["dek", "made-before", "dry-run", "settle-seconds"]);
    const user = userOf(values.dek);
    const madeBefore = parsed(Moment.optional(), values["made-before"]) ?? new Date();
    const wait = seconds === undefined ? {} : { graceSeconds: seconds };
    return withInstallation((inst) => rotateDek(inst, { user, madeBefore, isDryRun, ...wait }));
  },
  retire: (flags) => {
    const { values, positionals } = flags;
    const isConfirmed = values.yes ?? false;
    const isDryRun = values["dry-run"] ?? false;
    if (values.mek === true) {
      only(flags, ["mek", "yes", "dry-run", "settle-seconds"], 1);
      const [mekRef] = positionals;
      if (mekRef === undefined) throw new UsageError();
      const seconds = parsed(Amount.optional(), values["settle-seconds"]);
      const wait = seconds === undefined ? {} : { settleSeconds: seconds };
      return withInstallation((inst) =>
        retireMek(inst, mekRef, { isConfirmed: isConfirmed && !isDryRun, ...wait }),
      );
    }
    only(flags, ["dek", "older-than", "yes", "dry-run"]);
    const user = userOf(values.dek);
    const days = parsed(Amount, values["older-than"]);
    return withInstallation((inst) => retireDeks(inst, { user, days, isConfirmed, isDryRun }));
  },
};

/** @returns null for everybody. */
function userOf(name: string | undefined): string | null {
  if (name === undefined || name === "") throw new UsageError();
  return name === "all" ? null : name;
}

function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T {
  const result = schema.safeParse(text);
  if (!result.success) throw new UsageError();
  return result.data;
}

async function withInstallation(work: (inst: Installation) => Promise<boolean>): Promise<boolean> {
  const inst = await openInstallation(process.env);
  try {
    return await work(inst);
  } finally {
    await inst.close();
  }
}

const [name = "", ...rest] = process.argv.slice(2);
try {
  const command = COMMANDS[name];
  if (command === undefined) throw new UsageError();
  if (!(await command(readFlags(rest)))) process.exitCode = 1;
} catch (error) {
  const { message } = asError(error);
  const isMisuse = error instanceof UsageError;
  console.error([message, ...(isMisuse ? [USAGE] : [])].filter(Boolean).join("\n\n"));
  process.exitCode = isMisuse ? 2 : 1;
}
