/**
 * What a search costs in a journal of 10,000 and of 100,000 entries of 1.5 KiB: the first one, which opens them all, and
 * those after it, with what other requests notice of it and how much memory it takes. Beside it a FULLTEXT index of
 * MariaDB over the same texts in the clear, and an index of MiniSearch, made and loaded.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection, type Connection } from "mysql2/promise";
import { randomBytes, randomUUID } from "../../api/src/crypto/random.ts";
import { entryKind } from "../../api/src/features/entries/entries.ts";
import { entryTable } from "../../api/src/features/entries/table.ts";
import { keptTexts, type KeptTexts } from "../../api/src/features/search/kept-texts.ts";
import { search as find } from "../../api/src/features/search/search.ts";
import { putRecord } from "../../api/src/vault/records.ts";
import { openVault, type UserVault } from "../../api/src/vault/user-vault.ts";
import { ensurePeers, PEERS } from "./auth-processes.ts";
import { openBench } from "./databases.ts";
import {
  atMost,
  collectGarbage,
  median,
  quantile,
  type Part,
  type Row,
  type Target,
} from "./measure.ts";
import { watchPauses } from "./pauses.ts";
import { LANGUAGE, queriesOf, textsOf, type Text } from "./search-texts.ts";
import { makeWriter } from "./serving.ts";

const USE = { actor: "job", purpose: "bench", requestId: null } as const;
const TODAY = "2026-11-21";
const SIZES = [10_000, 100_000] as const;
/** Of the smaller size; of the larger a third. */
const COLD_ROUNDS = 7;
const WARM_ROUNDS = 60;
const FIRST = LANGUAGE[1000] ?? "";
const ROOM_BYTES = 256 * 1024 * 1024;
const BATCH_ROWS = 250;

export const search: Part = {
  name: "search",
  title: "searching 10,000 and 100,000 entries of 1.5 KiB, beside FULLTEXT and MiniSearch",
  run: async (say) => {
    await ensurePeers(say);
    const { inst, urls, close } = await openBench();
    const connection = await createConnection(urls.VAULT_MIGRATE_URL);
    try {
      const first: Row[] = [];
      const queries: Row[] = [];
      const targets: Target[] = [];
      const tables = [];
      for (const size of SIZES) {
        say(`writing ${size} entries`);
        const { userId } = await makeWriter(inst, 0);
        const vault = await openVault(inst, userId, USE);
        const texts = [...textsOf(size)];
        await writeAll(connection, vault, texts);
        const bytes = texts.reduce(
          (sum, { title, body }) => sum + Buffer.byteLength(title) + Buffer.byteLength(body),
          0,
        );
        say("the first search");
        const cold = await measureCold(vault, userId, bytes, roundsOf(COLD_ROUNDS, size));
        first.push({ entries: size, ...cold });
        say("those after it");
        const warm = await measureWarm(
          vault,
          userId,
          queriesOf(texts),
          roundsOf(WARM_ROUNDS, size),
        );
        queries.push(...warm.map((row) => ({ entries: size, ...row })));
        if (size === 10_000) {
          targets.push(...targetsOf(cold, warm));
          say("FULLTEXT");
          tables.push({
            title: `MariaDB: FULLTEXT (title, body) over ${size} plain rows, the best 20`,
            rows: await measureFulltext(connection, vault, texts),
          });
          say("MiniSearch");
          tables.push({
            title: `MiniSearch over ${size} texts: building, loading, searching`,
            rows: await measureMiniSearch(texts),
          });
        }
      }
      return {
        tables: [
          { title: "The first search, of one word: opens everything", rows: first },
          { title: "Searches after it, the best 20 with snippets", rows: queries },
          ...tables,
        ],
        targets,
      };
    } finally {
      await connection.end();
      await close();
    }
  },
};

/** Writes entries past the protocol, which would take minutes; one by it, which finds what is there. */
async function writeAll(
  connection: Connection,
  vault: UserVault,
  texts: readonly Text[],
): Promise<void> {
  const { keys } = vault;
  const now = "2026-11-21T20:00:00.000Z";
  for (let from = 0; from < texts.length; from += BATCH_ROWS) {
    const rows = texts.slice(from, from + BATCH_ROWS).map((text, i) => {
      const content = { ...entryKind.fields.parse(text), createdAt: now, updatedAt: now };
      const { id, rev, bytes } = entryTable.sealRow(keys, randomBytes(16), from + i + 1, content);
      return [keys.ownerId, id, rev, bytes["dayKey"], bytes["sealed"], bytes["body"]].map(
        (value) => (value instanceof Uint8Array ? Buffer.from(value) : value),
      );
    });
    await connection.query(
      "INSERT INTO daily_entries (owner_id, id, rev, day_key, sealed, body) VALUES ?",
      [rows],
    );
  }
  await putRecord(vault, entryKind, randomUUID(), {
    fields: entryKind.fields.parse({ day: TODAY }),
    guard: "absent",
    now: new Date(),
  });
}

const searchOnce = (kept: KeptTexts, vault: UserVault, userId: string, q: string) =>
  kept.use(userId, "", (use) => find(vault, use, { q, limit: 20 }, TODAY));

const roundsOf = (rounds: number, size: number) =>
  size === SIZES[0] ? rounds : Math.ceil(rounds / 3);

async function measureCold(vault: UserVault, userId: string, bytes: number, counted: number) {
  const times: number[] = [];
  const cpus: number[] = [];
  let size = 0;
  let heap = 0;
  // The first time compiles what is needed.
  const rounds = counted + 1;
  const watches: ReturnType<ReturnType<typeof watchPauses>>[] = [];
  for (let round = 0; round < rounds; round++) {
    const kept = keptTexts(ROOM_BYTES);
    const before = await settledMemory();
    const cpu = process.cpuUsage();
    const pauses = watchPauses();
    const began = performance.now();
    await searchOnce(kept, vault, userId, FIRST);
    const took = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    watches.push(pauses());
    if (round > 0) {
      times.push(took);
      cpus.push((user + system) / 1000);
      heap = Math.max(heap, (await settledMemory()) - before);
      size = kept.size;
    }
    kept.close();
  }
  const pauses = watches.slice(1);
  return {
    "ms p50": median(times),
    "ms worst": Math.max(...times),
    "CPU ms": median(cpus),
    "pause p99 ms": median(pauses.map(({ p99 }) => p99)),
    "longest ms": Math.max(...pauses.map(({ longest }) => longest)),
    "at work ms": Math.max(...pauses.map(({ workLongest }) => workLongest)),
    "MiB of text": bytes / 2 ** 20,
    "MiB kept": heap / 2 ** 20,
    "MiB counted": size / 2 ** 20,
    "× text": heap / bytes,
  };
}

/** What the heap and the buffers outside of it hold. */
function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The same once buffers that nobody has any more are given back, which takes a while. */
async function settledMemory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await sleep(50);
  }
  return memory();
}

async function measureWarm(
  vault: UserVault,
  userId: string,
  queries: ReturnType<typeof queriesOf>,
  rounds: number,
): Promise<Row[]> {
  const kept = keptTexts(ROOM_BYTES);
  const once = (q: string) => searchOnce(kept, vault, userId, q);
  await once(`${FIRST} ${FIRST}~`);
  const rows: Row[] = [];
  for (const [name, next] of Object.entries(queries)) {
    for (let i = 0; i < 5; i++) await once(next());
    const times: number[] = [];
    let found = 0;
    const cpu = process.cpuUsage();
    const pauses = watchPauses();
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      found += (await once(next())).total;
      times.push(performance.now() - began);
    }
    const { user, system } = process.cpuUsage(cpu);
    const { p99, longest } = pauses();
    rows.push({
      query: name,
      "ms p50": median(times),
      "ms p99": quantile(times, 0.99),
      "CPU ms": (user + system) / 1000 / rounds,
      "pause p99 ms": p99,
      "longest ms": longest,
      "found, mean": Math.round(found / rounds),
    });
  }
  kept.close();
  return rows;
}

function targetsOf(cold: Row, warm: readonly Row[]): Target[] {
  const worst = (column: string) => Math.max(...warm.map((row) => Number(row[column])));
  return [
    atMost("first search of 10,000 entries, p50 ms", 400, Number(cold["ms p50"])),
    ...warm.map((row) =>
      atMost(`then, ${String(row["query"])}, p50 ms`, 25, Number(row["ms p50"])),
    ),
    atMost("pause of the event loop in the first, p99 ms", 25, Number(cold["pause p99 ms"])),
    atMost("pause of the event loop in those after it, p99 ms", 25, worst("pause p99 ms")),
    atMost("memory, × the text", 3, Number(cold["× text"])),
  ];
}

async function measureFulltext(
  connection: Connection,
  { keys, database }: UserVault,
  texts: readonly Text[],
): Promise<Row[]> {
  await connection.query(
    "CREATE TABLE plain_texts (owner_id BINARY(16) NOT NULL, id BINARY(16) NOT NULL, day CHAR(10) NOT NULL, title TEXT NOT NULL, body LONGTEXT NOT NULL, PRIMARY KEY (owner_id, id), FULLTEXT (title, body))",
  );
  const began = performance.now();
  for (let from = 0; from < texts.length; from += BATCH_ROWS) {
    const rows = texts
      .slice(from, from + BATCH_ROWS)
      .map(({ day, title, body }) => [
        Buffer.from(keys.ownerId),
        randomBytes(16),
        day,
        title,
        body,
      ]);
    await connection.query("INSERT INTO plain_texts VALUES ?", [rows]);
  }
  const made = performance.now() - began;
  const queries = queriesOf(texts);
  const against = {
    word: (q: string) => q,
    prefix: (q: string) => `+${q}*`,
    AND: (q: string) => q.replace(/(\S+)/g, "+$1"),
    OR: (q: string) => q.replace(" OR", ""),
    exclude: (q: string) => `+${q}`,
    phrase: (q: string) => q.replace(/[.]/g, ""),
  };
  const rows: Row[] = [{ what: "writing the rows and the index", "ms p50": made, "ms p99": made }];
  for (const [name, said] of Object.entries(against)) {
    const times: number[] = [];
    for (let round = 0; round < WARM_ROUNDS + 5; round++) {
      const q = said(queries[name]?.() ?? "");
      const start = performance.now();
      await database.execute(
        "SELECT id, day, title, body FROM plain_texts WHERE owner_id = ? AND MATCH (title, body) AGAINST (? IN BOOLEAN MODE) ORDER BY MATCH (title, body) AGAINST (? IN BOOLEAN MODE) DESC LIMIT 20",
        [keys.ownerId, q, q],
      );
      if (round >= 5) times.push(performance.now() - start);
    }
    rows.push({ what: name, "ms p50": median(times), "ms p99": quantile(times, 0.99) });
  }
  return rows;
}

/** As much of it as is used here. */
interface Mini {
  addAllAsync(documents: readonly object[]): Promise<void>;
  search(q: string, options: object): readonly unknown[];
}
interface MiniModule {
  readonly default: {
    new (options: object): Mini;
    loadJSONAsync(json: string, options: object): Promise<Mini>;
  };
}

async function measureMiniSearch(texts: readonly Text[]): Promise<Row[]> {
  const path = join(PEERS, "node_modules/minisearch/dist/es/index.js");
  const { default: MiniSearch } = (await import(path)) as MiniModule;
  const options = { fields: ["title", "body"] };
  const rows: Row[] = [];
  const once = async <T>(what: string, work: () => T | Promise<T>): Promise<T> => {
    collectGarbage();
    const before = memory();
    const pauses = watchPauses();
    const began = performance.now();
    const result = await work();
    const took = performance.now() - began;
    const { longest } = pauses();
    collectGarbage();
    rows.push({
      what,
      "ms p50": took,
      "ms p99": took,
      "longest ms": longest,
      MiB: (memory() - before) / 2 ** 20,
    });
    return result;
  };
  const built = await once("building", async () => {
    const index = new MiniSearch(options);
    await index.addAllAsync(texts.map((text, id) => ({ id, ...text })));
    return index;
  });
  const json = await once("serialising", () => JSON.stringify(built));
  const index = await once("loading, asynchronously", () =>
    MiniSearch.loadJSONAsync(json, options),
  );
  const queries = queriesOf(texts);
  const ways = {
    word: {},
    prefix: { prefix: true },
    AND: { combineWith: "AND", prefix: true },
    "fuzzy~": { fuzzy: 0.2 },
  };
  for (const [name, how] of Object.entries(ways)) {
    const times: number[] = [];
    for (let round = 0; round < WARM_ROUNDS + 5; round++) {
      const q = (queries[name]?.() ?? "").replace("~", "");
      const start = performance.now();
      index.search(q, how);
      if (round >= 5) times.push(performance.now() - start);
    }
    rows.push({
      what: name,
      "ms p50": median(times),
      "ms p99": quantile(times, 0.99),
      "longest ms": Math.max(...times),
      MiB: 0,
    });
  }
  return rows;
}
