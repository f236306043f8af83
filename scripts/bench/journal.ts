/**
 * A journal over HTTP, side by side: the API as an installation runs it, its plaintext twin, and what people build with
 * Express and Prisma, with and without prisma-field-encryption. Each is a process of its own on one MariaDB. Then lists
 * of people who have written little and much, and what memory the API holds under a long load.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { randomToken, randomUUID } from "../../api/src/crypto/random.ts";
import { passwordHasher } from "../../api/src/features/auth/passwords.ts";
import { createLogger } from "../../api/src/lib/logger.ts";
import { variable } from "../launcher/settings.ts";
import { newSigningKeys, writeSigningKeys } from "../jwt/signing-keys.ts";
import { Client } from "./auth-clients.ts";
import { atTimos, ORIGIN, peopleOfTimos } from "./auth-people.ts";
import {
  ensurePeers,
  PEERS,
  run,
  startServer,
  type Env,
  type ServerProcess,
} from "./auth-processes.ts";
import { inRow, race, type Runner } from "./auth-race.ts";
import { compileClient, compileServers } from "./compiled.ts";
import { databaseOfPeer, openBench, type Bench } from "./databases.ts";
import { measureGrowth } from "./journal-growth.ts";
import { LENGTHS, measureLengths, type Reader } from "./journal-lengths.ts";
import { makeWriter, type Writer } from "./journal-people.ts";
import { atLeast, type Part, type Report, type Table, type Target } from "./measure.ts";
import * as z from "zod";

const RESULTS = join(import.meta.dirname, "../../bench-results");
const CLIENTS = 8;
const ENTRIES = 120;
const READS = { rounds: 21, ms: 400, atLeast: 200, warmUp: 5000 };
const LISTS = { rounds: 21, ms: 500, atLeast: 100, warmUp: 2000 };
const WRITES = { rounds: 21, ms: 500, atLeast: 100, warmUp: 2000 };

/** What is done, how, and at least how many times less of the processor than each of the others it should take. */
const RACES = [
  { does: "get", title: "GET one", pace: READS, wanted: [0.95, 2, 3.5] },
  { does: "list", title: "GET a list of 30", pace: LISTS, wanted: [0.95, 2.2, 8] },
  { does: "put", title: "PUT", pace: WRITES, wanted: [0.85, 3, 5] },
] as const;

export const journal: Part = {
  name: "journal",
  title:
    "reading, listing and writing entries of 2 KiB over HTTP, against a plaintext twin and Prisma",
  run: async (say) => {
    await ensurePeers(say);
    await run("npx", ["prisma", "generate", "--schema", "journal.prisma"], {
      // Nothing that it does needs the engine, which it would download first.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    });
    await compileClient(join(PEERS, "generated"));
    mkdirSync(RESULTS, { recursive: true });
    const folder = mkdtempSync(join(RESULTS, "journal-"));
    say("compiling the servers");
    const [api = "", twin = ""] = await compileServers(folder, ["auth-server", "journal-twin"]);
    const bench = await openBench();
    const started: ServerProcess[] = [];
    try {
      const pepper = randomToken();
      const env = {
        ...bench.env,
        APP_URL: ORIGIN,
        TRUST_PROXY: "127.0.0.1",
        TOKEN_KEY: randomToken(),
        PASSWORD_PEPPER: pepper,
        JWT_KEYS: writeSigningKeys(newSigningKeys(new Date())),
        OUTBOX_DIR: join(folder, "outbox"),
      };
      const log = join(folder, "log");
      const start = async (starting: Promise<ServerProcess>) => {
        const server = await starting;
        started.push(server);
        return server;
      };
      return await measure({ bench, env, log, api, twin, start, say });
    } finally {
      await Promise.all(started.map((server) => server.stop()));
      await bench.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Stage {
  readonly bench: Bench;
  readonly env: Env & { readonly PASSWORD_PEPPER: string };
  readonly log: string;
  /** The compiled servers. */
  readonly api: string;
  readonly twin: string;
  readonly start: (starting: Promise<ServerProcess>) => Promise<ServerProcess>;
  readonly say: (line: string) => void;
}

/** A server with people who keep their journals there. */
interface Side {
  readonly name: string;
  readonly server: ServerProcess;
  readonly writers: readonly Writer[];
  /** Signs everybody in anew. */
  readonly signIn: () => Promise<void>;
}

async function measure(stage: Stage): Promise<Report> {
  const { bench, env, log, start, say } = stage;
  const timos = await start(startServer(stage.api, { ...env, BENCH_VARIANT: "whole" }, log));
  await makePlainTables(bench.urls.VAULT_MIGRATE_URL);
  const twin = await start(startServer(stage.twin, env, log));
  const database = await databaseOfPeer(bench.urls.PLATFORM_MIGRATE_URL);
  const prisma = (isEncrypted: boolean) => {
    const peer = { database, secret: randomToken(), isEncrypted };
    return start(startServer(join(PEERS, "journal.mjs"), { PEER: JSON.stringify(peer) }, log));
  };
  const readers = await readersOfTimos(stage, timos);
  const tokens = () => Promise.all(readers.slice(0, CLIENTS).map(({ signIn }) => signIn()));

  say(`writing ${CLIENTS * ENTRIES} entries on each server`);
  const sides = [
    await sideOf("TimOS", timos, tokens, true),
    await sideOf("plaintext twin", twin, tokens, true),
    await ofPrisma("Prisma", await prisma(false)),
    await ofPrisma("prisma-field-encryption", await prisma(true)),
  ] as const;

  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const { does, title, pace, wanted } of RACES) {
    say(title);
    for (const side of sides) await side.signIn();
    const raced = await race(
      sides.map(({ name, server, writers }): Runner => {
        return { name, server, clients: writers.map((writer) => writer[does]) };
      }),
      pace,
    );
    tables.push({ title, rows: raced.map(inRow) });
    for (const [i, { name, cpuRatio }] of raced.slice(1).entries()) {
      targets.push(atLeast(`${title}, CPU of ${name} / TimOS`, wanted[i] ?? NaN, cpuRatio));
    }
  }
  const minutes = Number(variable(process.env, "BENCH_LOAD_MINUTES") ?? 1);
  say(`reading and writing for ${minutes} minutes`);
  await sides[0].signIn();
  const growth = await measureGrowth(timos, sides[0].writers, minutes);
  const lengths = await measureLengths(
    bench.inst,
    bench.urls.VAULT_MIGRATE_URL,
    timos,
    readers.slice(CLIENTS),
    { fillsTable: variable(process.env, "BENCH_MILLION_ROWS") === "1", say },
  );
  return {
    tables: [...tables, ...lengths.tables, ...growth.tables],
    targets: [...targets, ...lengths.targets, ...growth.targets],
  };
}

/** Those who write in turns, and one for each length of a journal. */
async function readersOfTimos({ bench, env }: Stage, { port }: ServerProcess): Promise<Reader[]> {
  const pepper = Buffer.from(env.PASSWORD_PEPPER, "base64url");
  const cost = { memoryKiB: 19_456, passes: 2, lanes: 1, atOnce: 1 };
  const hasher = await passwordHasher(pepper, cost, createLogger("bench", "silent"));
  const people = await peopleOfTimos(bench.inst, hasher, CLIENTS + LENGTHS.length);
  const client = new Client(port);
  return people.map((person) => {
    let browser: ReturnType<typeof atTimos> | undefined;
    const signIn = async () => {
      if (browser === undefined) browser = atTimos(client, person);
      else await (await browser).signIn();
      return (await browser).accessToken();
    };
    return { userId: person.userId, signIn };
  });
}

async function sideOf(
  name: string,
  server: ServerProcess,
  tokens: () => Promise<string[]>,
  isGuarded: boolean,
): Promise<Side> {
  const client = new Client(server.port);
  const write = (token: string) => makeWriter(client, token, ENTRIES, isGuarded);
  const writers = await Promise.all((await tokens()).map(write));
  const signIn = async () => {
    for (const [i, token] of (await tokens()).entries()) writers[i]?.signIn(token);
  };
  return { name, server, writers, signIn };
}

const Token = z.object({ accessToken: z.string() });

function ofPrisma(name: string, server: ServerProcess): Promise<Side> {
  const client = new Client(server.port);
  const people = Array.from({ length: CLIENTS }, () => ({ userId: randomUUID() }));
  const token = async (body: object) => {
    const reply = await client.send({ method: "POST", path: "/api/token", body });
    return Token.parse(JSON.parse(reply.text)).accessToken;
  };
  return sideOf(name, server, () => Promise.all(people.map(token)), false);
}

/** What an entry would be without a vault: a column for each field. */
async function makePlainTables(url: string): Promise<void> {
  const fields = `rev BIGINT UNSIGNED NOT NULL, day CHAR(10) NOT NULL, time CHAR(5), title TEXT NOT NULL,
    body LONGTEXT NOT NULL, pillar_ids JSON NOT NULL, tags JSON NOT NULL, mood_id CHAR(36), starred BOOLEAN NOT NULL,
    completed BOOLEAN NOT NULL, created_at CHAR(24) NOT NULL, updated_at CHAR(24) NOT NULL`;
  const key = "owner_id BINARY(16) NOT NULL, id BINARY(16) NOT NULL";
  const connection = await createConnection(url);
  await connection.query(
    `CREATE TABLE plain_entries (${key}, purge_after DATE, ${fields}, PRIMARY KEY (owner_id, id), KEY (owner_id, day))`,
  );
  await connection.query(
    `CREATE TABLE plain_versions (${key}, ${fields}, PRIMARY KEY (owner_id, id, rev))`,
  );
  await connection.query(
    "CREATE TABLE plain_heads (owner_id BINARY(16) PRIMARY KEY, rev BIGINT UNSIGNED NOT NULL)",
  );
  await connection.end();
}
