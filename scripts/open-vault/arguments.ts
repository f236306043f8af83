import { parseArgs } from "node:util";

export const USAGE = `Usage:
  npm run -s open-vault -- --vault DUMP [--keys DUMP] --keyring FILE [--owner HEX] [--to FOLDER]
                           [--format json|markdown]

  npm run -s open-vault -- file SEALED --key-file FILE --to FILE

Opens the journals in a copy of the vault. Needs no server, no database and no network.

  --vault    what mariadb-dump or mysqldump wrote of the vault, or that compressed by gzip; may be given several
             times. Or mysql://user:password@host/database, for one that was restored somewhere
  --keys     the same of the keys set: the vault's vault_keys, or the platform's dek_wraps. Not needed where the
             dump of the vault holds them
  --keyring  the file with the master keys
  --owner    the owner of one journal, 32 hexadecimal digits; all of them without it
  --to       a folder that is not there yet. Without it JSON Lines go to the standard output
  --format   markdown writes one file a day besides; needs --to

With "file" it opens one sealed file (an attachment) by the key of that file: 32 bytes, or 64 hexadecimal digits.

Ends with 1 when anything did not open or a dump is not whole; everything else is written all the same.`;

export interface VaultRequest {
  readonly command: "vault";
  readonly vault: readonly string[];
  readonly keys: readonly string[] | undefined;
  readonly keyring: string;
  readonly owner: Buffer | undefined;
  readonly to: string | undefined;
  readonly format: "json" | "markdown";
}

export interface FileRequest {
  readonly command: "file";
  readonly sealed: string;
  readonly keyFile: string;
  readonly to: string;
}

/**
 * What the arguments ask for; undefined when something is missing or two of them do not go together.
 *
 * @throws an error whose code begins with `ERR_PARSE_ARGS` for an option that does not exist.
 */
export function readArguments(args: string[]): VaultRequest | FileRequest | undefined {
  return args[0] === "file" ? readFileArguments(args.slice(1)) : readVaultArguments(args);
}

function readVaultArguments(args: string[]): VaultRequest | undefined {
  const { values } = parseArgs({
    args,
    options: {
      vault: { type: "string", multiple: true },
      keys: { type: "string", multiple: true },
      keyring: { type: "string" },
      owner: { type: "string" },
      to: { type: "string" },
      format: { type: "string", default: "json" },
    },
  });
  const { vault, keys, keyring, to, format } = values;
  const owner = values.owner?.replaceAll("-", "").toLowerCase();
  if (vault === undefined || keyring === undefined) return undefined;
  if (owner !== undefined && !/^[0-9a-f]{32}$/.test(owner)) return undefined;
  if (format !== "json" && (format !== "markdown" || to === undefined)) return undefined;
  const ownerId = owner === undefined ? undefined : Buffer.from(owner, "hex");
  return { command: "vault", vault, keys, keyring, owner: ownerId, to, format };
}

function readFileArguments(args: string[]): FileRequest | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { "key-file": { type: "string" }, to: { type: "string" } },
  });
  const [sealed, ...others] = positionals;
  const { "key-file": keyFile, to } = values;
  const isComplete = sealed !== undefined && keyFile !== undefined && to !== undefined;
  return isComplete && others.length === 0 ? { command: "file", sealed, keyFile, to } : undefined;
}
