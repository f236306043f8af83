/**
 * The plaintext twin of the API's entries, for `journal.ts`: Express and mysql2, behind our own front, session check and
 * schemas of what comes in. Each field has a column, and what is promised is the same: a revision for every change of an
 * owner, given under a lock in the same transaction, a row for the state that was written over, and `If-Match`.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Request } from "express";
import { createPool, type PoolConnection, type RowDataPacket } from "mysql2/promise";
import type * as z from "zod";
import { boot } from "../../api/src/boot.ts";
import type { Guarded } from "../../api/src/contract/endpoint.ts";
import { AppError } from "../../api/src/contract/errors.ts";
import { entries } from "../../api/src/features/entries/contract.ts";
import { admit } from "../../api/src/features/auth/admit.ts";
import { answerErrors } from "../../api/src/http/errors.ts";
import { front } from "../../api/src/http/front.ts";
import { guardOf } from "../../api/src/http/request.ts";
import { trustedProxies } from "../../api/src/lib/client-ip.ts";
import { bytesToUuid, uuidToBytes } from "../../api/src/lib/ids.ts";

const deps = (await boot("twin")) ?? process.exit(1);
const { origins, trustedProxies: proxies } = deps.config.http;
const { password, ...database } = deps.config.vault.database;
const pool = createPool({
  ...database,
  password,
  charset: "utf8mb4",
  timezone: "Z",
  dateStrings: ["DATE"],
  connectionLimit: 10,
});

const FIELDS =
  "day, time, title, body, pillar_ids, tags, mood_id, starred, completed, created_at, updated_at";
const COLUMNS = `id, rev, ${FIELDS}`;
const ONE = "WHERE owner_id = ? AND id = ?";

const app = express();
const trusts = trustedProxies(proxies);
app.set("trust proxy", trusts);
app.set("etag", false);
app.disable("x-powered-by");
app.use(front({ origins, isSecure: true, trusts }, deps.logger, deps.metrics.requests));

/** Who asks, as the bytes of their id. */
async function ownerOf(req: Request, endpoint: Guarded): Promise<Buffer> {
  const { user } = await admit(deps, req.get("authorization"), endpoint);
  return uuidToBytes(user.id);
}

app.get("/api/entries", async (req, res) => {
  res.locals["route"] = "/api/entries";
  const owner = await ownerOf(req, entries.list);
  const { limit, cursor } = entries.list.query.parse(req.query);
  const [after, id] = cursor === undefined ? ["9999-12-31", null] : cursorIn(cursor);
  const [rows] = await pool.execute<RowDataPacket[]>(
    `SELECT ${COLUMNS} FROM plain_entries WHERE owner_id = ? AND purge_after IS NULL AND (day < ? OR (day = ? AND id < ?))
     ORDER BY day DESC, id DESC LIMIT ${limit + 1}`,
    [owner, after, after, id],
  );
  const items = rows.slice(0, limit).map(shown);
  const last = rows.length > limit ? items.at(-1) : undefined;
  const nextCursor =
    last === undefined ? null : Buffer.from(`${last.day} ${last.id}`).toString("base64url");
  res.json({ items, nextCursor });
});

function cursorIn(cursor: string): [string, Buffer] {
  const [day = "", id = ""] = Buffer.from(cursor, "base64url").toString().split(" ");
  return [day, uuidToBytes(id)];
}

app.get("/api/entries/:id", async (req, res) => {
  res.locals["route"] = "/api/entries/:id";
  const owner = await ownerOf(req, entries.get);
  const { id } = entries.get.params.parse(req.params);
  const [[row]] = await pool.execute<RowDataPacket[]>(
    `SELECT ${COLUMNS} FROM plain_entries ${ONE} AND purge_after IS NULL`,
    [owner, uuidToBytes(id)],
  );
  if (row === undefined) throw new AppError("not_found");
  res.set("ETag", `"${row["rev"]}"`).json(shown(row));
});

app.put("/api/entries/:id", express.json({ limit: "2mb" }), async (req, res) => {
  res.locals["route"] = "/api/entries/:id";
  const owner = await ownerOf(req, entries.put);
  const { id } = entries.put.params.parse(req.params);
  const fields = entries.put.body.parse(req.body);
  const guard = guardOf(req);
  const now = new Date().toISOString();
  await ensureHead(owner);
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    const written = await put(connection, owner, uuidToBytes(id), fields, guard, now);
    await connection.commit();
    const entry = { ...fields, createdAt: written.createdAt, updatedAt: now, id, rev: written.rev };
    res
      .status(written.isNew ? 201 : 200)
      .set("ETag", `"${written.rev}"`)
      .json(entry);
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
});

const withHead = new Set<string>();

/** In a transaction of its own, as in the vault: first writers that all found none would deadlock inserting theirs. */
async function ensureHead(owner: Buffer): Promise<void> {
  const name = owner.toString("hex");
  if (withHead.has(name)) return;
  await pool.execute("INSERT IGNORE INTO plain_heads (owner_id, rev) VALUES (?, 0)", [owner]);
  withHead.add(name);
}

async function put(
  connection: PoolConnection,
  owner: Buffer,
  id: Buffer,
  fields: z.output<typeof entries.put.body>,
  guard: ReturnType<typeof guardOf>,
  now: string,
) {
  const [[head]] = await connection.execute<RowDataPacket[]>(
    "SELECT rev FROM plain_heads WHERE owner_id = ? FOR UPDATE",
    [owner],
  );
  const rev = Number(head?.["rev"]) + 1;
  const [[row]] = await connection.execute<RowDataPacket[]>(
    `SELECT rev, created_at FROM plain_entries ${ONE}`,
    [owner, id],
  );
  if (typeof guard === "object" && row?.["rev"] !== guard.rev) throw new AppError("rev_mismatch");
  const createdAt = String(row?.["created_at"] ?? now);
  const values = [
    rev,
    fields.day,
    fields.time,
    fields.title,
    fields.body,
    JSON.stringify(fields.pillarIds),
    JSON.stringify(fields.tags),
    fields.moodId,
    fields.starred,
    fields.completed,
    createdAt,
    now,
    owner,
    id,
  ];
  if (row === undefined) {
    await connection.execute(
      `INSERT INTO plain_entries (rev, ${FIELDS}, owner_id, id) VALUES (${Array(14).fill("?").join(", ")})`,
      values,
    );
  } else {
    await connection.execute(
      `INSERT INTO plain_versions (owner_id, ${COLUMNS}) SELECT owner_id, ${COLUMNS} FROM plain_entries ${ONE}`,
      [owner, id],
    );
    const set = `rev = ?, ${FIELDS.replaceAll(",", " = ?,")} = ?`;
    await connection.execute(`UPDATE plain_entries SET ${set} ${ONE}`, values);
  }
  await connection.execute("UPDATE plain_heads SET rev = ? WHERE owner_id = ?", [rev, owner]);
  return { rev, createdAt, isNew: row === undefined };
}

function shown(row: RowDataPacket) {
  const { id, rev, day, time, title, body, starred, completed } = row;
  return {
    id: bytesToUuid(id as Uint8Array),
    rev: Number(rev),
    createdAt: String(row["created_at"]),
    updatedAt: String(row["updated_at"]),
    day: String(day),
    time: time as unknown,
    title: String(title),
    body: String(body),
    pillarIds: row["pillar_ids"] as unknown,
    tags: row["tags"] as unknown,
    moodId: row["mood_id"] as unknown,
    starred: starred === 1,
    completed: completed === 1,
  };
}

app.use(answerErrors(deps.logger));
const server = createServer(app).listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("message", () => process.send?.(process.cpuUsage()));
process.on("disconnect", () => process.exit());
