import type { Connection } from "mysql2/promise";
import { replayErasures } from "../../api/src/features/account/erase.ts";
import { endGivenOut } from "../../api/src/platform/given-out.ts";
import { deleteErasedRows } from "../../api/src/vault/erase.ts";
import { dropDatabase, listDatabases } from "../backup/engine/load.ts";
import {
  connectTo,
  liveDatabase,
  restoreDatabaseName,
  type SnapshotPlace,
} from "../backup/engine/place.ts";
import type { Manifest } from "../backup/manifest.ts";
import { openInstallation, type Installation } from "../keys/installation.ts";
import type { Meter } from "../keys/terminal.ts";
import type { DatabaseRole } from "../lib/backup-sets.ts";
import { addStandIns, copyRows, dropTables, keepSince, type Loaded } from "./complete.ts";
import { finish, type Finished } from "./finish.ts";
import { loadDatabase, type Backups } from "./load.ts";
import { listOwners } from "./settle-vaults.ts";
import { takePlaces } from "./take-places.ts";
import { alone, type Target } from "./target.ts";
import { tellServers } from "./tell-servers.ts";

export interface InPlace {
  readonly target: Target;
  readonly backups: Backups;
  /** Whether all that is restored, and both databases, are of one consistent state. */
  readonly isOneState: boolean;
  /** As the command was given, for whoever has to run it again. */
  readonly commandLine: string;
  readonly meter: Meter;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export interface Replaced extends Finished {
  /** The databases that hold what was there before. */
  readonly safetyCopies: readonly string[];
  /** How many processes were told; null when nobody could be. */
  readonly told: number | null;
}

/**
 * Puts databases back while servers may go on: each is loaded beside the one in use, brought forward, and whoever was
 * erased since is erased in it; then all its tables take the place of the others in one statement, of both databases in the
 * same one where one account reaches both.
 *
 * Nothing in use is changed before that. Cut off before, it is as if it had not begun; after, running it again ends it.
 */
export async function restoreInPlace(work: InPlace): Promise<Replaced> {
  const { target, backups } = work;
  const roles = rolesOf(backups.manifests);
  const connections = new Map<DatabaseRole, Connection>();
  for (const role of roles) connections.set(role, await connectTo(target.place, role));
  try {
    const [first] = connections.values();
    if (first === undefined) throw new Error("There is nothing to restore.");
    return await alone(first, () => replace(work, connections));
  } finally {
    await Promise.all([...connections.values()].map((connection) => connection.end()));
  }
}

/** What was loaded beside a database in use. */
interface Beside extends Loaded {
  readonly live: string;
  /** Whether a journal is in it, and not only keys. */
  readonly hasJournal: boolean;
  readonly hasKeys: boolean;
}

async function replace(
  work: InPlace,
  connections: ReadonlyMap<DatabaseRole, Connection>,
): Promise<Replaced> {
  const { target, backups } = work;
  const besides = await prepare(work, connections);
  const violated = await listViolated(target, besides);
  const isNew = target.kind === "new";
  const tell = async () => (target.redisUrl === undefined ? 0 : tellServers(target.redisUrl));

  let safetyCopies: string[] = [];
  let told: number | null;
  try {
    const swaps = await takePlaces(work, besides);
    if (!isNew) safetyCopies = swaps.map(({ before }) => before);
    for (const { role, from, to, before } of swaps) {
      const hasKeys = besides.some((beside) => beside.role === role && beside.hasKeys);
      // Of those who signed up or were erased in the last moment.
      if (hasKeys && !isNew) {
        await keepSince(adminOf(connections, role), { role, name: to }, before);
      }
      await dropDatabase(target.place, role, from);
      if (isNew) await dropDatabase(target.place, role, before);
    }
  } finally {
    told = await tell();
  }

  try {
    const finished = await withDatabases(target, liveNames(target), async (installation) => {
      // Of those who were erased while it was loaded.
      await replayErasures(erasureDeps(installation));
      // What is written in this moment does not fit until it is accepted, and that is nobody's doing.
      const owners = (await listOwners(installation)).map((owner) => ({
        ...owner,
        wasViolated: violated.has(owner.ownerId),
      }));
      return finish(installation, { ...work, owners, manifests: backups.manifests });
    });
    return { ...finished, safetyCopies, told };
  } finally {
    // What was read while vaults were accepted may be of before.
    await tell();
  }
}

/** Whose vault was violated before: as the platform knows it that goes, or the one that comes. */
async function listViolated(
  target: Target,
  besides: readonly Beside[],
): Promise<ReadonlySet<string>> {
  const live = liveNames(target);
  const loaded = besides.find(({ role, hasJournal }) => role === "platform" && hasJournal);
  const platforms = [
    ...(target.kind === "new" ? [] : [live.platform]),
    ...(loaded === undefined ? [] : [loaded.name]),
  ];
  const violated = new Set<string>();
  for (const platform of platforms) {
    for (const owner of await withDatabases(target, { ...live, platform }, listOwners)) {
      if (owner.wasViolated) violated.add(owner.ownerId);
    }
  }
  return violated;
}

/** All that is done before anything in use is changed. What fails or is stopped leaves nothing behind. */
async function prepare(
  work: InPlace,
  connections: ReadonlyMap<DatabaseRole, Connection>,
): Promise<Beside[]> {
  const { place } = work.target;
  try {
    const besides: Beside[] = [];
    for (const [role, admin] of connections) {
      await dropLeftOver(place, role);
      besides.push(await loadBeside(work, role, admin));
    }
    work.signal.throwIfAborted();
    await replayBeside(work, besides, connections);
    work.signal.throwIfAborted();
    return besides;
  } catch (error) {
    // The server may be what is away; the next run drops them too.
    for (const role of connections.keys()) await dropLeftOver(place, role).catch(() => undefined);
    throw error;
  }
}

/** What a run that did not come to its end has loaded. */
async function dropLeftOver(place: SnapshotPlace, role: DatabaseRole): Promise<void> {
  for (const name of await listDatabases(place, role, `timos_${role}_restore_`)) {
    await dropDatabase(place, role, name);
  }
}

async function loadBeside(
  { target, backups, meter, signal, log }: InPlace,
  role: DatabaseRole,
  admin: Connection,
): Promise<Beside> {
  const { place } = target;
  const name = restoreDatabaseName(role, idOf(backups));
  const live = liveDatabase(place, role);
  const urlOf = (database: string) => target.urlOf(role, database);
  const common = { place, role, name, urlOf, log };
  await loadDatabase(admin, common, backups, { meter, signal });
  const hasJournal = backups.manifests.some(({ set }) => set === role);
  const hasKeys = backups.manifests.some(({ set }) => set === "keys");
  if (hasKeys) {
    // A run that was killed may have left the last ones there only.
    for (const copy of await listDatabases(place, role, `timos_${role}_before_`)) {
      await copyRows(admin, "erasures", copy, name);
    }
    await keepSince(admin, common, live);
  }
  return { ...common, migrations: [], live, hasJournal, hasKeys };
}

/** Erases in what was loaded whoever was erased since, and ends what was given out then. */
async function replayBeside(
  { target }: InPlace,
  besides: readonly Beside[],
  connections: ReadonlyMap<DatabaseRole, Connection>,
): Promise<void> {
  const journals = besides.filter(({ hasJournal }) => hasJournal);
  if (journals.length === 0) return;
  const added = new Map<Beside, string[]>();
  for (const beside of journals) {
    const admin = adminOf(connections, beside.role);
    added.set(beside, await addStandIns(admin, beside, beside.live));
    // What was done to look after the data did happen, whatever becomes of the data.
    await copyRows(admin, "operation_runs", beside.live, beside.name);
  }
  const names = {
    ...liveNames(target),
    ...Object.fromEntries(journals.map(({ role, name }) => [role, name])),
  };
  await withDatabases(target, names, async (installation) => {
    const { platformDatabase, vaultDatabase } = installation;
    await replayErasures(erasureDeps(installation));
    for (const { role } of journals) {
      if (role === "vault") await deleteErasedRows(vaultDatabase);
      else await endGivenOut(platformDatabase, new Date());
    }
  });
  for (const [{ role, name }, tables] of added) {
    await dropTables(adminOf(connections, role), name, tables);
  }
}

/** By which the databases are called that are loaded into. */
const idOf = ({ manifests }: Backups): string => manifests[0]?.id ?? "";

const erasureDeps = ({ platform, vaultDatabase, clock, config }: Installation) => ({
  platform,
  vaultDatabase,
  clock,
  keysBackupDays: config.vault.keysBackupDays,
});

type Names = Readonly<Record<DatabaseRole, string>>;

const liveNames = ({ place }: Target): Names => ({
  platform: liveDatabase(place, "platform"),
  vault: liveDatabase(place, "vault"),
});

/** Opens the two databases of these names as an installation, for as long as `work` takes. */
async function withDatabases<T>(
  { environment, urlOf }: Target,
  names: Names,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const installation = await openInstallation({
    ...environment,
    PLATFORM_DATABASE_URL: urlOf("platform", names.platform),
    PLATFORM_DATABASE_URL_FILE: undefined,
    VAULT_DATABASE_URL: urlOf("vault", names.vault),
    VAULT_DATABASE_URL_FILE: undefined,
  });
  try {
    return await work(installation);
  } finally {
    await installation.close();
  }
}

function adminOf(
  connections: ReadonlyMap<DatabaseRole, Connection>,
  role: DatabaseRole,
): Connection {
  const connection = connections.get(role);
  if (connection === undefined) throw new Error(`there is no connection to the ${role}`);
  return connection;
}

/** The databases that backups have tables of, the platform first: what vaults should hold is compared with it. */
const rolesOf = (manifests: readonly Manifest[]): DatabaseRole[] => {
  const found = new Set(manifests.flatMap(({ tables }) => tables.map(({ database }) => database)));
  return (["platform", "vault"] as const).filter((role) => found.has(role));
};
