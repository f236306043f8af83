/** The keys of an installation: see USAGE, and docs/operations.md. */
import { parseArgs } from "node:util";
import * as z from "zod";
import { doctor } from "./keys/doctor.ts";
import { init } from "./keys/init.ts";
import { openInstallation, type Installation } from "./keys/installation.ts";
import { retireDeks, retireMek } from "./keys/retire.ts";
import { rotateDek } from "./keys/rotate-dek.ts";
import { rotateMek } from "./keys/rotate-mek.ts";
import { status } from "./keys/status.ts";
import { asError } from "./launcher/files.ts";

const USAGE = `Usage:
  npm run keys:init -- --file PATH
      make a new keyring for a new installation
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
  npm run keys:doctor [-- --all] [--rows] [--repair]
      compare what both databases hold of keys, and unwrap them

They work on the installation that PLATFORM_DATABASE_URL, VAULT_DATABASE_URL and the variables of the master keys
name, else on the TimOS that runs on TIMOS_DATA_DIR (./.data).`;

class UsageError extends Error {}

const Provider = z.enum(["local", "pkcs11", "awskms", "gcpkms", "vault"]);
const Days = z.coerce.number().min(0);
const Moment = z.coerce.date();

type Flags = ReturnType<typeof readFlags>;

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        file: { type: "string" },
        mek: { type: "boolean" },
        dek: { type: "string" },
        provider: { type: "string" },
        "stage-only": { type: "boolean" },
        "dry-run": { type: "boolean" },
        "made-before": { type: "string" },
        "older-than": { type: "string" },
        // How long to wait for servers, which tests need not wait for.
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
  init: async ({ values, positionals }) => {
    if (values.file === undefined || positionals.length > 0) throw new UsageError();
    await init(values.file);
    return true;
  },
  status: ({ values }) => withInstallation((inst) => status(inst, values.rows ?? false)),
  doctor: ({ values }) =>
    withInstallation((inst) =>
      doctor(inst, {
        isThorough: values.all ?? false,
        hasRows: values.rows ?? false,
        isRepairing: values.repair ?? false,
      }),
    ),
  rotate: ({ values }) => {
    const isDryRun = values["dry-run"] ?? false;
    const seconds = parsed(Days.optional(), values["settle-seconds"]);
    if (values.mek === true && values.dek === undefined) {
      const provider = parsed(Provider.optional(), values.provider);
      const isStageOnly = values["stage-only"] ?? false;
      const wait = seconds === undefined ? {} : { settleSeconds: seconds };
      return withInstallation((inst) =>
        rotateMek(inst, { provider, isStageOnly, isDryRun, ...wait }),
      );
    }
    const { dek } = values;
    if (dek === undefined || values.mek === true) throw new UsageError();
    const user = dek === "all" ? null : dek;
    const madeBefore = parsed(Moment.optional(), values["made-before"]) ?? new Date();
    const wait = seconds === undefined ? {} : { graceSeconds: seconds };
    return withInstallation((inst) => rotateDek(inst, { user, madeBefore, isDryRun, ...wait }));
  },
  retire: ({ values, positionals }) => {
    const isConfirmed = values.yes ?? false;
    const isDryRun = values["dry-run"] ?? false;
    const [mekRef, ...others] = positionals;
    if (values.mek === true && mekRef !== undefined && others.length === 0) {
      return withInstallation((inst) => retireMek(inst, mekRef, isConfirmed && !isDryRun));
    }
    if (values.dek === undefined || mekRef !== undefined) throw new UsageError();
    const user = values.dek === "all" ? null : values.dek;
    const days = parsed(Days, values["older-than"]);
    return withInstallation((inst) => retireDeks(inst, { user, days, isConfirmed, isDryRun }));
  },
};

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
  console.error(error instanceof UsageError ? USAGE : asError(error).message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
