/** Whether vaults hold what they should: see USAGE, and docs/adr/0014-vault-integrity.md. */
import { parseArgs } from "node:util";
import type { RowDataPacket } from "mysql2/promise";
import { acceptVault, verifyVault } from "../api/src/vault/integrity.ts";
import { DecryptionError } from "../api/src/crypto/decryption-error.ts";
import { openVault, type UserVault } from "../api/src/vault/user-vault.ts";
import { asSystem } from "../api/src/platform/tenancy.ts";
import { openInstallation, type Installation } from "./keys/installation.ts";
import { asError } from "./launcher/files.ts";
import { isWrongUsage, UsageError } from "./lib/usage.ts";

const USAGE = `Usage:
  npm run vault:verify [-- --owner OWNER | --all]
      compare what vaults hold with what they should; without more, those that are known to be violated are listed
  npm run vault:accept -- --owner OWNER|all-violated
      take a vault as it is, after it was put back on purpose; written into its owner's audit

OWNER is an address of e-mail, the id of a user, or the owner's id in the vault in hex. They work on the installation
that PLATFORM_DATABASE_URL, VAULT_DATABASE_URL and the variables of the master keys name, else on the TimOS in
TIMOS_DATA_DIR (./.data). Where that does not run, they start its databases meanwhile.`;

interface Owner {
  readonly userId: string;
  readonly ownerId: string;
}

async function verify(installation: Installation, owners: readonly Owner[]): Promise<void> {
  await withEach(installation, owners, "verify", async (vault, { ownerId }) => {
    const { status, violatedAt, unlisted = 0 } = await verifyVault(vault);
    const since = violatedAt === null ? "" : ` since ${violatedAt.toISOString()}`;
    const amiss = unlisted === 0 ? "" : `, and ${unlisted} records are in no list`;
    console.log(`${ownerId}  ${status}${since}${amiss}`);
    if (status === "violated" || unlisted > 0) process.exitCode = 1;
  });
}

async function accept(installation: Installation, owners: readonly Owner[]): Promise<void> {
  await withEach(installation, owners, "accept", async (vault, { ownerId }) => {
    await acceptVault(vault, "vault:accept");
    console.log(`${ownerId}  accepted`);
  });
}

/** Does `work` with the vault of each. Whose keys do not unwrap keeps nobody else's vault from it. */
async function withEach(
  installation: Installation,
  owners: readonly Owner[],
  command: string,
  work: (vault: UserVault, owner: Owner) => Promise<void>,
): Promise<void> {
  const use = { actor: "operator", purpose: `vault:${command}`, requestId: null } as const;
  for (const owner of owners) {
    try {
      await work(await asSystem(() => openVault(installation, owner.userId, use)), owner);
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
      console.error(
        `${owner.ownerId}  its keys do not unwrap, or what they sealed does not open: npm run keys:doctor -- --all --rows`,
      );
      process.exitCode = 1;
    }
  }
  if (owners.length === 0) console.log("No vault is known to be violated.");
}

const OWNERS = "SELECT DISTINCT d.user_id, HEX(d.owner_id) AS owner FROM user_deks d";

/** Whose vaults are meant; all that have a key, those that are violated, or one. */
async function findOwners(
  { platformDatabase: { execute } }: Installation,
  which: string,
): Promise<Owner[]> {
  const select = (rest: string, values: readonly string[]) =>
    execute<RowDataPacket[]>(`${OWNERS} ${rest}`, values);
  const violated = "JOIN vault_states s ON s.owner_id = d.owner_id AND s.violated_at IS NOT NULL";
  const rows =
    which === "all"
      ? await select("WHERE d.state = 'active' ORDER BY owner", [])
      : which === "all-violated"
        ? await select(`${violated} WHERE d.state = 'active' ORDER BY owner`, [])
        : await select(
            "JOIN users u ON u.id = d.user_id WHERE d.state = 'active' AND (u.email = ? OR u.id = ? OR HEX(d.owner_id) = ?)",
            [which.toLowerCase(), which, which.toUpperCase()],
          );
  if (rows.length === 0 && !which.startsWith("all")) {
    throw new Error(`Nobody with keys is known as ${which}.`);
  }
  return rows.map((row) => ({
    userId: String(row["user_id"]),
    ownerId: String(row["owner"]).toLowerCase(),
  }));
}

async function run(args: string[]): Promise<void> {
  const [command, ...flags] = args;
  const options = { owner: { type: "string" }, all: { type: "boolean" } } as const;
  const { owner, all } = parseArgs({ args: flags, options }).values;
  const isRight =
    (command === "verify" && !(owner !== undefined && all)) ||
    (command === "accept" && owner !== undefined && owner !== "all" && !all);
  if (!isRight) throw new UsageError();
  const installation = await openInstallation(process.env);
  try {
    const owners = await findOwners(installation, owner ?? (all ? "all" : "all-violated"));
    await (command === "accept" ? accept : verify)(installation, owners);
  } finally {
    await installation.close();
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const isUsage = isWrongUsage(error);
  console.error(isUsage ? USAGE : asError(error).message);
  process.exitCode = isUsage ? 2 : 1;
}
