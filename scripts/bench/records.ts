/**
 * What a request for entries costs on the way from the database to its answer, step by step, against the same with
 * rows of plain columns: both by prepared statements on mysql2, over the same connections. HTTP and the session are
 * left out, being the same for both.
 */
import type { RowDataPacket } from "mysql2/promise";
import { createConnection } from "mysql2/promise";
import { boxVersion, open } from "../../api/src/crypto/box.ts";
import { randomUUID } from "../../api/src/crypto/random.ts";
import { entries, EntryFields, type Entry } from "../../api/src/features/entries/contract.ts";
import { entryKind, listEntries } from "../../api/src/features/entries/entries.ts";
import { entryTable } from "../../api/src/features/entries/table.ts";
import { bytesToUuid, uuidToBytes } from "../../api/src/lib/ids.ts";
import { listByDay } from "../../api/src/vault/day-list.ts";
import { asRecord } from "../../api/src/vault/pages.ts";
import { getRecord, getText, putRecord } from "../../api/src/vault/records.ts";
import { findRow, listHeads, listRows } from "../../api/src/vault/statements.ts";
import type { StoredRow } from "../../api/src/vault/table.ts";
import { openVault, type UserVault } from "../../api/src/vault/user-vault.ts";
import { openBench } from "./databases.ts";
import { compare, inRow, type Part, type Row } from "./measure.ts";
import { makeWriter } from "./serving.ts";

const USE = { actor: "job", purpose: "bench", requestId: null } as const;
const LISTED = 50;
const DAY = "2026-11-21";
const TABLE = entryTable.table;

const OPTIONS = { rounds: 21, atLeast: 30 };

export const records: Part = {
  name: "records",
  title: "reading, listing and writing entries of 2 KiB, step by step, against plain rows",
  run: async (say) => {
    const { inst, urls, close } = await openBench();
    try {
      await makePlainTable(urls.VAULT_MIGRATE_URL);
      const { userId } = await makeWriter(inst, 0);
      const vault = await openVault(inst, userId, USE);
      const ids = await writeBoth(vault);
      say("reading one");
      const get = await measureGet(vault, ids[0] ?? "");
      say(`listing ${LISTED}`);
      const list = await measureList(vault, ids);
      say("writing one");
      const put = await measurePut(vault);
      return {
        tables: [
          { title: "Reading one entry", rows: get },
          { title: `Listing ${LISTED} entries`, rows: list },
          { title: "Writing a new entry", rows: put },
        ],
        targets: [],
      };
    } finally {
      await close();
    }
  },
};

/** What an entry would be without a vault: a column for each field. */
async function makePlainTable(url: string): Promise<void> {
  const connection = await createConnection(url);
  await connection.query(`CREATE TABLE plain_entries (
    owner_id BINARY(16) NOT NULL, id BINARY(16) NOT NULL, rev BIGINT UNSIGNED NOT NULL, purge_after DATE,
    day CHAR(10) NOT NULL, time CHAR(5), title TEXT NOT NULL, body LONGTEXT NOT NULL, pillar_ids JSON NOT NULL,
    tags JSON NOT NULL, mood_id CHAR(36), starred BOOLEAN NOT NULL, completed BOOLEAN NOT NULL,
    created_at CHAR(24) NOT NULL, updated_at CHAR(24) NOT NULL, PRIMARY KEY (owner_id, id), KEY (owner_id, day))`);
  await connection.end();
}

/** The same entries in the vault and in plain rows. */
async function writeBoth(vault: UserVault): Promise<string[]> {
  const ids = Array.from({ length: LISTED }, () => randomUUID());
  for (const id of ids) {
    const { record } = await putRecord(vault, entryKind, id, newEntry());
    await insertPlain(vault, record);
  }
  return ids;
}

const newEntry = () => ({
  fields: EntryFields.parse({
    day: DAY,
    time: "21:30",
    title: "A day in November",
    body: "It rained all day, and I stayed at home with a book. ".repeat(39),
    pillarIds: [randomUUID()],
    tags: ["home", "reading", "rain"],
    moodId: randomUUID(),
  }),
  guard: "absent" as const,
  now: new Date(),
});

const PLAIN_COLUMNS =
  "id, rev, purge_after, day, time, title, body, pillar_ids, tags, mood_id, starred, completed, created_at, updated_at";

async function insertPlain({ database, keys }: UserVault, entry: Entry): Promise<void> {
  await database.transaction(async (execute) => {
    const id = uuidToBytes(entry.id);
    await execute("SELECT rev FROM plain_entries WHERE owner_id = ? AND id = ? FOR UPDATE", [
      keys.ownerId,
      id,
    ]);
    await execute(
      `INSERT INTO plain_entries (${PLAIN_COLUMNS}, owner_id) VALUES (${"?, ".repeat(14)}?)`,
      [
        id,
        entry.rev,
        null,
        entry.day,
        entry.time,
        entry.title,
        entry.body,
        JSON.stringify(entry.pillarIds),
        JSON.stringify(entry.tags),
        entry.moodId,
        Number(entry.starred),
        Number(entry.completed),
        entry.createdAt,
        entry.updatedAt,
        keys.ownerId,
      ],
    );
  });
}

async function measureGet(vault: UserVault, id: string): Promise<Row[]> {
  const { database, keys } = vault;
  const read = async () => {
    const row = await findRow(database.execute, entryTable, keys.ownerId, uuidToBytes(id));
    if (row === null) throw new Error("The entry is gone.");
    return row;
  };
  const answer = entries.get.responses[200];
  const measured = await compare(
    [
      {
        name: "plain row: statement and JSON.stringify",
        run: async () => {
          const [row] = await database.execute<RowDataPacket[]>(
            `SELECT ${PLAIN_COLUMNS} FROM plain_entries WHERE owner_id = ? AND id = ?`,
            [keys.ownerId, uuidToBytes(id)],
          );
          return JSON.stringify(row && fromPlain(row));
        },
      },
      { name: "vault: statement alone", run: read },
      { name: "+ open its boxes", run: async () => textsOf(vault, await read()) },
      {
        name: "+ join them to an answer as text, unparsed",
        run: async () => spliced(vault, await read()),
      },
      {
        name: "getRecord: statement, open, parse, validate",
        run: () => getRecord(vault, entryKind, id),
      },
      {
        name: "+ response schema and JSON.stringify",
        run: async () => JSON.stringify(answer.parse(await getRecord(vault, entryKind, id))),
      },
      {
        name: "getText: statement, open, as it lies",
        run: () => getText(vault, entryKind, id),
      },
    ],
    OPTIONS,
  );
  return measured.map(inRow);
}

async function measureList(vault: UserVault, ids: readonly string[]): Promise<Row[]> {
  const { database, keys } = vault;
  const { execute } = database;
  const binary = ids.map(uuidToBytes);
  const dayKeys = entryTable.blindValues(keys, "dayKey", DAY);
  const read = async () => {
    await listHeads(execute, entryTable, "dayKey", keys.ownerId, dayKeys);
    return listRows(execute, entryTable, keys.ownerId, binary);
  };
  const answer = entries.list.responses[200];
  const asRecords = () => listByDay(vault, entryKind, { limit: LISTED }, asRecord);
  const page = await asRecords();
  const bodies = page.items.map(({ body }) => JSON.stringify({ body }));
  const measured = await compare(
    [
      {
        name: "plain rows: statement and JSON.stringify",
        run: async () => {
          const rows = await execute<RowDataPacket[]>(
            `SELECT ${PLAIN_COLUMNS} FROM plain_entries WHERE owner_id = ? AND day <= ? AND purge_after IS NULL ORDER BY day DESC, time DESC LIMIT ${LISTED}`,
            [keys.ownerId, DAY],
          );
          return JSON.stringify({ items: rows.map(fromPlain), nextCursor: null });
        },
      },
      { name: `vault: the statements on ${TABLE} alone`, run: read },
      {
        name: "+ open both boxes of each row",
        run: async () => (await read()).map((row) => textsOf(vault, row)),
      },
      {
        name: "+ join them to an answer as text, unparsed",
        run: async () => `[${(await read()).map((row) => spliced(vault, row)).join()}]`,
      },
      {
        name: "listEntries: all statements, open, sort, as they lie",
        run: async () =>
          (await listEntries(vault, { limit: LISTED })).items.map(({ text }) => text).join(),
      },
      {
        name: "the same as records, with response schema and JSON.stringify",
        run: async () => JSON.stringify(answer.parse(await asRecords())),
      },
      { name: "response schema of such a page alone", run: () => answer.parse(page) },
      { name: "JSON.stringify of such a page alone", run: () => JSON.stringify(page) },
      {
        name: "its bodies alone, parsed and printed: what leaving that out could save",
        run: () => bodies.map((json) => JSON.stringify(JSON.parse(json))),
      },
    ],
    OPTIONS,
  );
  return measured.map(inRow);
}

async function measurePut(vault: UserVault): Promise<Row[]> {
  const { keys } = vault;
  const id = uuidToBytes(randomUUID());
  const write = newEntry();
  const content = {
    ...write.fields,
    createdAt: write.now.toISOString(),
    updatedAt: write.now.toISOString(),
  };
  const answer = entries.put.responses[201];
  const measured = await compare(
    [
      {
        name: "plain row: BEGIN, SELECT, INSERT, COMMIT and JSON.stringify",
        run: async () => {
          const entry = { ...content, id: randomUUID(), rev: 1 };
          await insertPlain(vault, entry);
          return JSON.stringify(entry);
        },
      },
      { name: "validation of the body alone", run: () => EntryFields.parse(write.fields) },
      {
        name: "sealing alone: two boxes, a blind value",
        run: () => entryTable.sealRow(keys, id, 1, content),
      },
      { name: "putRecord", run: () => putRecord(vault, entryKind, randomUUID(), write) },
      {
        name: "+ response schema and JSON.stringify",
        run: async () =>
          JSON.stringify(
            answer.parse((await putRecord(vault, entryKind, randomUUID(), write)).record),
          ),
      },
    ],
    OPTIONS,
  );
  return measured.map(inRow);
}

/** The JSON in each box of a row. */
function textsOf({ keys }: UserVault, { id, rev, bytes }: StoredRow): string[] {
  return entryTable.boxColumns.map((box) => {
    const sealed = bytes[box] ?? new Uint8Array();
    const place = { table: TABLE, box, ownerId: keys.ownerId, rowId: id, rev };
    return open(keys.ofVersion(boxVersion(sealed)), place, sealed).toString("utf8");
  });
}

/** An entry as JSON without having been parsed: the least that an answer from boxes could cost. */
function spliced(vault: UserVault, row: StoredRow): string {
  const fields = textsOf(vault, row).map((json) => json.slice(1, -1));
  return `{${fields.join()},"id":"${bytesToUuid(row.id)}","rev":${row.rev}}`;
}

function fromPlain(row: RowDataPacket) {
  const { id, rev, day, time, title, body, starred, completed } = row;
  return {
    day: String(day),
    time: time as unknown,
    title: String(title),
    body: String(body),
    pillarIds: row["pillar_ids"] as unknown,
    tags: row["tags"] as unknown,
    moodId: row["mood_id"] as unknown,
    starred: starred === 1,
    completed: completed === 1,
    createdAt: String(row["created_at"]),
    updatedAt: String(row["updated_at"]),
    id: bytesToUuid(id as Uint8Array),
    rev: Number(rev),
  };
}
