import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { keyringIn, type Kit } from "../backup/kit.ts";
import { newSigningKeys, writeSigningKeys } from "../jwt/signing-keys.ts";
import { writeAtomically } from "../launcher/files.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The users of the containers, as docker-compose.yml has them. */
const TIMOS = { uid: 10001, gid: 10001 };
const MARIADB = { uid: 999, gid: 999 };
const REDIS = { uid: 999, gid: 1000 };
const STORAGE = { uid: 1000, gid: 1000 };
const ROOT = { uid: 0, gid: 0 };

/** Entered by the users of the containers only, except for the first: its files have owners of their own. */
export const FOLDERS: readonly {
  readonly name: string;
  readonly owner: Owner;
  readonly mode: number;
}[] = [
  { name: ".", owner: ROOT, mode: 0o711 },
  { name: "keys", owner: TIMOS, mode: 0o700 },
  { name: "backup", owner: TIMOS, mode: 0o700 },
];

interface Secret {
  readonly name: string;
  readonly owner: Owner;
  /** Writable by its owner, where a command writes it anew. */
  readonly mode: number;
  readonly content: string | Uint8Array;
}

/** Secrets that are made together, since they hold the same passwords, or belong to one journal. */
interface Group {
  readonly names: readonly string[];
  /** Would a new one hide that the old one is lost? Such are made on the first run, or never. */
  readonly isOfJournal: boolean;
  readonly make: () => readonly Secret[];
}

const random32 = () => randomBytes(32).toString("base64url");
const read = (name: string, owner: Owner, content: string): Secret => ({
  name,
  owner,
  mode: 0o400,
  content,
});

const databaseGroup = (role: "platform" | "vault"): Group => ({
  names: [
    `${role}_accounts.sql`,
    `${role}_root_password`,
    `${role}_database_url`,
    `${role}_migrate_url`,
    `${role}_backup_url`,
  ],
  isOfJournal: true,
  make: () => {
    const passwords = { app: random32(), migrate: random32(), backup: random32() };
    const urlFor = (account: keyof typeof passwords) =>
      `mysql://timos_${role}_${account}:${passwords[account]}@${role}-db:3306/timos_${role}\n`;
    return [
      read(`${role}_accounts.sql`, MARIADB, accountsSql(role, passwords)),
      read(`${role}_root_password`, MARIADB, random32()),
      read(`${role}_database_url`, TIMOS, urlFor("app")),
      read(`${role}_migrate_url`, TIMOS, urlFor("migrate")),
      read(`${role}_backup_url`, TIMOS, urlFor("backup")),
    ];
  },
});

/** Run once by the server, when its folder is new. The passwords are base64url, so nothing in them needs a quote. */
function accountsSql(
  role: "platform" | "vault",
  passwords: Readonly<Record<"app" | "migrate" | "backup", string>>,
): string {
  const database = `timos_${role}`;
  // In a GRANT an unescaped `_` stands for any character.
  const own = `\`${database.replaceAll("_", "\\_")}\`.*`;
  // What is restored is loaded beside the database first, and what was there is kept beside it.
  const beside = `\`${database.replaceAll("_", "\\_")}\\_%\`.*`;
  const user = (account: string) => `'${database}_${account}'@'%'`;
  return [
    `CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    ...Object.entries(passwords).map(
      ([account, password]) => `CREATE USER ${user(account)} IDENTIFIED BY '${password}';`,
    ),
    // On the platform it gets its rights table by table, when these are made: scripts/lib/grants.ts.
    ...(role === "vault"
      ? [`GRANT SELECT, INSERT, UPDATE, DELETE ON ${own} TO ${user("app")};`]
      : []),
    `GRANT ALL PRIVILEGES ON ${own} TO ${user("migrate")} WITH GRANT OPTION;`,
    `GRANT ALL PRIVILEGES ON ${beside} TO ${user("migrate")};`,
    `GRANT SELECT, SHOW VIEW, LOCK TABLES ON ${own} TO ${user("backup")};`,
    "",
  ].join("\n");
}

const REDIS_GROUP: Group = {
  names: ["redis.conf", "redis_url"],
  isOfJournal: false,
  make: () => {
    const password = random32();
    const settings = [
      "bind * -::*",
      "port 6379",
      "dir /data",
      `requirepass ${password}`,
      "maxmemory-policy noeviction",
      "save 300 1",
      "appendonly yes",
      "appendfsync everysec",
      "",
    ];
    return [
      read("redis.conf", REDIS, settings.join("\n")),
      read("redis_url", TIMOS, `redis://:${password}@redis:6379\n`),
    ];
  },
};

const STORAGE_GROUP: Group = {
  names: ["storage_s3.json", "storage_credentials"],
  isOfJournal: false,
  make: () => {
    const accessKey = `timos-${randomBytes(8).toString("hex")}`;
    const secretKey = random32();
    const identity = {
      name: "timos",
      credentials: [{ accessKey, secretKey }],
      actions: ["Admin", "Read", "Write", "List", "Tagging"],
    };
    return [
      read("storage_s3.json", STORAGE, `${JSON.stringify({ identities: [identity] }, null, 2)}\n`),
      read(
        "storage_credentials",
        TIMOS,
        `[default]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`,
      ),
    ];
  },
};

/** Of a kit, the names of its secrets and the files they become here. */
const FROM_KIT = {
  keyring: "keys/keyring",
  "secrets/token_key": "keys/token_key",
  "secrets/password_pepper": "keys/password_pepper",
  "secrets/jwt_keys.json": "keys/jwt_keys.json",
  "secrets/backup_key": "backup/backup_key",
  "secrets/backup_identity": "backup/backup_identity",
} as const satisfies Record<keyof Kit["secrets"], string>;

const KEYS_GROUP: Group = {
  names: ["keys/keyring", "keys/token_key", "keys/password_pepper", "keys/jwt_keys.json"],
  isOfJournal: true,
  make: () =>
    Object.entries({
      keyring: createKeyring(new Date()),
      token_key: random32(),
      password_pepper: random32(),
      "jwt_keys.json": writeSigningKeys(newSigningKeys(new Date())),
    }).map(([name, content]) => ({ name: `keys/${name}`, owner: TIMOS, mode: 0o600, content })),
};

const GROUPS: readonly Group[] = [
  KEYS_GROUP,
  databaseGroup("platform"),
  databaseGroup("vault"),
  REDIS_GROUP,
  STORAGE_GROUP,
  {
    names: ["metrics_token"],
    isOfJournal: false,
    make: () => [read("metrics_token", TIMOS, random32())],
  },
  // To be written by whoever has a mail server; docker-compose.yml can name only files that are there.
  { names: ["smtp_url"], isOfJournal: false, make: () => [read("smtp_url", TIMOS, "")] },
];

/** The names of all files that docker-compose.yml can count on. */
export const COMPOSE_SECRETS: readonly string[] = GROUPS.flatMap(({ names }) => names);

interface Options {
  /** Keys to take instead of making new ones. */
  readonly kit: Kit | undefined;
  readonly give: (path: string, owner: Owner, mode: number) => void;
}

/**
 * Makes the secrets that are missing below `folder`, each written whole or not at all, and never writes over one.
 *
 * @returns the names of what was made.
 * @throws Error, having made nothing, when part of what belongs together is missing, when something of a journal is
 * missing that is there otherwise, or when a kit is given where keys are already.
 */
export function ensureComposeSecrets(folder: string, { kit, give }: Options): string[] {
  const isThere = (name: string) => existsSync(join(folder, name));
  const isFirstRun = !GROUPS.some((group) => group.isOfJournal && group.names.some(isThere));
  const lacking = GROUPS.filter(({ names }) => !names.every(isThere));
  const lost = lacking.filter(
    ({ names, isOfJournal }) => names.some(isThere) || (isOfJournal && !isFirstRun),
  );
  if (lost.length > 0) {
    const names = lost.flatMap((group) => group.names.filter((name) => !isThere(name)));
    throw new Error(
      `Secrets are missing:\n${names.map((name) => `  ${name}`).join("\n")}\n` +
        "New ones would not open what was made with the old, so nothing was written. Put them back from their backup.",
    );
  }
  if (kit !== undefined && !isFirstRun) {
    throw new Error("A recovery kit is for a machine without keys, and here are some.");
  }
  const secrets = lacking
    .filter((group) => kit === undefined || group !== KEYS_GROUP)
    .flatMap((group) => group.make());
  if (kit !== undefined) secrets.push(...fromKit(kit));
  for (const { name, owner, mode, content } of secrets) {
    const path = join(folder, name);
    writeAtomically(path, content);
    give(path, owner, mode);
  }
  return secrets.map(({ name }) => name);
}

function fromKit(kit: Kit): Secret[] {
  const names = Object.keys(FROM_KIT) as (keyof typeof FROM_KIT)[];
  const lacking = names.filter(
    (name) => FROM_KIT[name].startsWith("keys/") && kit.secrets[name] === undefined,
  );
  if (lacking.length > 0) throw new Error(`The recovery kit lacks ${lacking.join(", ")}.`);
  return names.flatMap((name) => {
    // A keyring is bytes, which a kit has to write as text.
    const content = name === "keyring" ? keyringIn(kit) : kit.secrets[name];
    if (content === null || content === undefined) return [];
    return [{ name: FROM_KIT[name], owner: TIMOS, mode: 0o600, content }];
  });
}
