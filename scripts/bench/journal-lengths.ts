import { createConnection, type Connection } from "mysql2/promise";
import { randomUUID } from "../../api/src/crypto/random.ts";
import { seal } from "../../api/src/crypto/box.ts";
import { entryKind } from "../../api/src/features/entries/entries.ts";
import { addDays } from "../../api/src/lib/day.ts";
import { uuidToBytes } from "../../api/src/lib/ids.ts";
import { openVault } from "../../api/src/vault/user-vault.ts";
import type { Installation } from "../keys/installation.ts";
import { Client } from "./auth-clients.ts";
import type { ServerProcess } from "./auth-processes.ts";
import { race, type Runner } from "./auth-race.ts";
import { newEntry } from "./journal-people.ts";
import { atMost, type Report, type Table, type Target } from "./measure.ts";
import * as z from "zod";

/** How many entries people have. */
export const LENGTHS = [100, 1000, 10_000, 100_000] as const;
/** Who writes more than that has written several times a day, not since before they were born. */
const MOST_DAYS = 10_000;
const PAGES = { rounds: 15, ms: 300, atLeast: 60, warmUp: 600 };
const USE = { actor: "job", purpose: "bench", requestId: null } as const;
const ROWS_AT_ONCE = 500;
const MILLION = 1_000_000;

/** Somebody with an account. */
export interface Reader {
  readonly userId: string;
  /** @returns an access token. */
  readonly signIn: () => Promise<string>;
}

/**
 * Pages of 30, the newest and one from the middle, of people who have written 100 to 100,000 entries.
 *
 * @param fillsTable - Whether to measure once more with a million rows in the table.
 */
export async function measureLengths(
  inst: Installation,
  migrateUrl: string,
  server: ServerProcess,
  readers: readonly Reader[],
  { fillsTable, say }: { readonly fillsTable: boolean; readonly say: (line: string) => void },
): Promise<Report> {
  const connection = await createConnection(migrateUrl);
  try {
    for (const [i, length] of LENGTHS.entries()) {
      say(`writing ${length.toLocaleString("en")} entries`);
      await fill(inst, connection, readers[i]?.userId ?? "", length);
    }
    const reports = [await raceLengths(server, readers, "", say)];
    if (fillsTable) {
      say("filling the table with rows of others, up to a million");
      await fillTable(connection);
      reports.push(await raceLengths(server, readers, ", a million rows in the table", say));
    }
    return {
      tables: reports.flatMap((report) => report.tables),
      targets: reports.flatMap((report) => report.targets),
    };
  } finally {
    await connection.end();
  }
}

/** Writes entries past the API, with the head that goes with them, as a vault from before there were states has them. */
async function fill(
  inst: Installation,
  connection: Connection,
  userId: string,
  length: number,
): Promise<void> {
  const { keys } = await openVault(inst, userId, USE);
  const { table } = entryKind;
  const at = new Date().toISOString();
  const months = new Set<string>();
  const perDay = Math.ceil(length / MOST_DAYS);
  for (let first = 0; first < length; first += ROWS_AT_ONCE) {
    const rows = Array.from({ length: Math.min(ROWS_AT_ONCE, length - first) }, (_, i) => {
      const n = first + i;
      const fields = entryKind.fields.parse(newEntry(Math.floor(n / perDay), n));
      months.add(fields.day.slice(0, 7));
      const row = table.sealRow(keys, uuidToBytes(randomUUID()), n + 1, {
        ...fields,
        createdAt: at,
        updatedAt: at,
      });
      const { dayKey, sealed, body } = row.bytes;
      return [Buffer.from(keys.ownerId), row.id, row.rev, dayKey, sealed, body];
    });
    await connection.query(
      "INSERT INTO daily_entries (owner_id, id, rev, day_key, sealed, body) VALUES ?",
      [rows],
    );
  }
  const { ownerId } = keys;
  const place = { table: "vault_heads", box: "sealed", ownerId, rowId: ownerId, rev: length };
  const head = { months: { [table.table]: [...months].sort() } };
  await connection.query("INSERT INTO vault_heads (owner_id, rev, sealed) VALUES (?, ?, ?)", [
    Buffer.from(ownerId),
    length,
    seal(keys.active, place, JSON.stringify(head)),
  ]);
}

/** Doubles the rows under owners that nobody is, until there are a million. */
async function fillTable(connection: Connection): Promise<void> {
  for (let there = await countRows(connection); there < MILLION;) {
    await connection.query(
      `INSERT INTO daily_entries (owner_id, id, rev, day_key, sealed, body)
       SELECT UNHEX(MD5(CONCAT(owner_id, ?))), id, rev, day_key, sealed, body FROM daily_entries LIMIT ?`,
      [there, MILLION - there],
    );
    there = await countRows(connection);
  }
}

const Count = z.tuple([z.array(z.object({ count: z.number() })), z.unknown()]);

async function countRows(connection: Connection): Promise<number> {
  const counted = await connection.query("SELECT COUNT(*) AS count FROM daily_entries");
  return Count.parse(counted)[0][0]?.count ?? 0;
}

const ListPage = z.object({ items: z.array(z.unknown()) });

async function raceLengths(
  server: ServerProcess,
  readers: readonly Reader[],
  beside: string,
  say: (line: string) => void,
): Promise<Report> {
  const client = new Client(server.port);
  const places = [
    { name: "newest page", queryOf: () => "limit=30" },
    { name: "page in the middle", queryOf: cursorInTheMiddle },
  ];
  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const { name, queryOf } of places) {
    const title = `A list of 30, ${name}${beside}`;
    say(title);
    const tokens = await Promise.all(readers.map(({ signIn }) => signIn()));
    const runners = LENGTHS.map((length, i): Runner => {
      const headers = { authorization: `Bearer ${tokens[i] ?? ""}` };
      const path = `/api/entries?${queryOf(length)}`;
      const read = async () => {
        const { text } = await client.send({ path, headers });
        if (ListPage.parse(JSON.parse(text)).items.length !== 30) throw new Error("no full page");
      };
      return {
        name: length.toLocaleString("en"),
        server,
        clients: Array.from({ length: 4 }, () => read),
      };
    });
    const raced = await race(runners, PAGES);
    const rows = raced.map(({ name: entries, cpuMicroseconds, cpuRatio, perSecond }) => {
      return {
        entries,
        "CPU µs a request": cpuMicroseconds,
        "× 100": cpuRatio,
        "a second": perSecond,
      };
    });
    tables.push({ title, rows });
    const worst = Math.max(...raced.map(({ cpuRatio }) => cpuRatio));
    targets.push(atMost(`${title}: CPU of the dearest / that of 100 entries`, 1.5, worst));
  }
  return { tables, targets };
}

/** Of a page that begins behind the middle day, as the page before it would have said. */
function cursorInTheMiddle(length: number): string {
  const days = Math.min(length, MOST_DAYS);
  const day = addDays(newEntry(0).day, -Math.floor(days / 2));
  return `limit=30&cursor=${Buffer.from(`${day} 99:99`).toString("base64url")}`;
}
