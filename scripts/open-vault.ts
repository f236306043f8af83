/** Opens a journal from copies of its databases, without the server: see USAGE. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asError, codeOf } from "./launcher/files.ts";
import { ROOT } from "./launcher/paths.ts";
import { readArguments, USAGE, type VaultRequest } from "./open-vault/arguments.ts";
import { readDatabase } from "./open-vault/database.ts";
import { openFile } from "./open-vault/file.ts";
import { openDumpFile } from "./open-vault/input.ts";
import { type Keyring, type KeysSet, missingMasterKey, readKeyring } from "./open-vault/keys.ts";
import { collectKeys, type Listener, openRows, type Source } from "./open-vault/open.ts";
import { folderOutput, type Output, streamOutput } from "./open-vault/output.ts";
import { readDump, type Tables, tablesOf } from "./open-vault/sql-dump.ts";
import type { DumpError } from "./open-vault/sql-text.ts";
import { openTerminal } from "./open-vault/terminal.ts";

const terminal = openTerminal(process.stderr);

async function openVault(request: VaultRequest): Promise<void> {
  const keyring = readKeyring(request.keyring, (line) => terminal.say(`Note: ${line}.`));
  const tables = knownTables();
  let progress = () => "";
  const toSource = (name: string): Source =>
    /^(mysql|mariadb):/.test(name)
      ? { name: withoutPassword(name), rows: (wants) => readDatabase(name, wants) }
      : {
          name,
          rows: (wants) => {
            const file = openDumpFile(name);
            progress = () => `${megabytes(file.bytesRead())} of ${megabytes(file.size)} MB`;
            return readDump(file.chunks, { tables, wants });
          },
        };
  const vault = request.vault.map(toSource);
  const damaged = new Set<string>();
  const onDamagedSource = ({ name }: Source, error: DumpError) => {
    if (damaged.has(name)) return;
    damaged.add(name);
    terminal.say(`NOT WHOLE: ${name}: ${error.message}.`);
  };

  const set = await collectKeys(request.keys?.map(toSource) ?? vault, onDamagedSource);
  sayReferences(set, keyring);
  const output =
    request.to === undefined
      ? streamOutput(process.stdout)
      : folderOutput(request.to, request.format);
  endWhenTold(output);
  const listener: Listener = {
    onDamagedSource,
    onUnopened: ({ table, owner, id, unopened }) => {
      for (const { box, why } of unopened) {
        terminal.say(`NOT OPENED: ${table} owner ${owner} id ${id} box ${box}: ${why}.`);
      }
    },
    onRow: (counts) => terminal.show(counts, progress),
  };
  const { counts, place } = await openRows(
    vault,
    { set, keyring, owner: request.owner },
    output,
    listener,
  )
    .then((counts) => ({
      counts,
      // Nothing that opened is no journal.
      place: output.finish(counts.isWhole && counts.opened > 0),
    }))
    .catch((error: unknown) => {
      throw new Error(`${asError(error).message}.${unfinished(output)}`, { cause: error });
    });
  const { opened, unopened, owners, isWhole } = counts;
  terminal.say(
    `${count(opened)} opened, ${count(unopened)} did not; ${count(owners.size)} journals` +
      (place === undefined ? "." : `, in ${place}.`),
  );
  if (opened + unopened === 0) terminal.say("No rows of a vault were found.");
  if (!isWhole) terminal.say("It is not all there is: what was read is not whole (see above).");
  if (opened > 0) terminal.say("Whoever has what was written can read it.");
  if (unopened > 0 || damaged.size > 0 || opened === 0) process.exitCode = 1;
}

/** Says which master keys the data keys are wrapped under. @throws when there are no data keys. */
function sayReferences({ references }: KeysSet, keyring: Keyring): void {
  if (references.size === 0) {
    throw new Error(
      "There are no wrapped data keys in it. Give the dump of the keys set with --keys: of vault_keys or dek_wraps.",
    );
  }
  for (const [reference, wraps] of references) {
    if (!keyring.has(reference)) {
      terminal.say(`MISSING KEY: ${count(wraps)} data keys, ${missingMasterKey(reference)}.`);
    }
  }
}

/**
 * The tables as their migrations make them, for dumps made with `--no-create-info`. Columns that a later migration
 * adds are not among them: the number of values in a row tells.
 */
function knownTables(): Tables {
  const tables: Tables = new Map();
  for (const role of ["platform", "vault"]) {
    const folder = join(ROOT, "prisma", role, "migrations");
    for (const name of readdirSync(folder, { withFileTypes: true })) {
      if (!name.isDirectory()) continue;
      const sql = readFileSync(join(folder, name.name, "migration.sql"));
      for (const [table, columns] of tablesOf(sql)) tables.set(table, columns);
    }
  }
  return tables;
}

function endWhenTold(output: Output): void {
  const end = (why: string, code: number) => {
    terminal.say(`${why}.${unfinished(output)}`);
    process.exit(code);
  };
  process.once("SIGINT", () => end("Stopped", 130));
  process.once("SIGTERM", () => end("Stopped", 143));
  process.stdout.on("error", (error: Error) => {
    end(codeOf(error) === "EPIPE" ? "Nobody reads on" : `Writing failed: ${error.message}`, 1);
  });
}

const unfinished = ({ part }: Output) =>
  part === undefined ? "" : ` What was written lies in ${part}, and is not whole.`;

const count = (n: number) => n.toLocaleString("en");
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

function withoutPassword(address: string): string {
  const url = new URL(address);
  return `${url.host}${url.pathname}`;
}

try {
  const request = readArguments(process.argv.slice(2));
  if (request === undefined) {
    console.error(USAGE);
    process.exitCode = 2;
  } else if (request.command === "file") {
    const bytes = await openFile(request);
    terminal.say(`${request.to}: ${count(bytes)} bytes. Whoever has that file can read it.`);
  } else await openVault(request);
} catch (error) {
  const isMisuse = codeOf(error)?.startsWith("ERR_PARSE_ARGS") === true;
  terminal.say(isMisuse ? `${asError(error).message}\n\n${USAGE}` : asError(error).message);
  process.exitCode = isMisuse ? 2 : 1;
}
