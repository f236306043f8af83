/**
 * A journal as people build one with Express and Prisma: helmet, cors, cookies, pino-http and a JWT in front, a column
 * for each field, nothing of revisions or earlier states. Its list is sorted by day. With `isEncrypted` its fields are
 * encrypted by prisma-field-encryption, except what it is sorted by. Started by the benchmark as better-auth.mjs is.
 */
import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import internals from "@prisma/internals";
import cookieParser from "cookie-parser";
import cors from "cors";
import express from "express";
import helmet from "helmet";
import jwt from "jsonwebtoken";
import { createConnection } from "mysql2/promise";
import { pinoHttp } from "pino-http";
import { fieldEncryptionExtension } from "prisma-field-encryption";
import { PrismaClient } from "./generated/compiled/client.js";

/** @type {{ database: string, secret: string, isEncrypted: boolean }} */
const { database, secret, isEncrypted } = JSON.parse(process.env["PEER"] ?? "");

const connection = await createConnection(database);
await connection.query(`CREATE TABLE IF NOT EXISTS Entry (
  ownerId CHAR(36) NOT NULL, id CHAR(36) NOT NULL, day CHAR(10) NOT NULL, time TEXT, title TEXT NOT NULL,
  body LONGTEXT NOT NULL, pillarIds TEXT NOT NULL, tags TEXT NOT NULL, moodId TEXT, starred BOOLEAN NOT NULL DEFAULT false,
  completed BOOLEAN NOT NULL DEFAULT false, createdAt DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updatedAt DATETIME(3) NOT NULL, PRIMARY KEY (ownerId, id), INDEX (ownerId, day))`);
await connection.end();

const { hostname: host, port, username: user, password, pathname } = new URL(database);
const adapter = new PrismaMariaDb({
  host,
  port: Number(port),
  user: decodeURIComponent(user),
  password: decodeURIComponent(password),
  database: pathname.slice(1),
  connectionLimit: 10,
  // By default each statement is prepared anew.
  prepareCacheLength: 256,
});
const prisma = await openPrisma();

async function openPrisma() {
  const plain = new PrismaClient({ adapter });
  if (!isEncrypted) return plain;
  // What the client of Prisma 7 knows of its models is less than this extension reads (47ng/prisma-field-encryption#153).
  const file = new URL("journal.prisma", import.meta.url);
  const dmmf = await internals.getDMMF({ datamodel: readFileSync(file, "utf8") });
  const encryptionKey = `k1.aesgcm256.${Buffer.from(secret).subarray(0, 32).toString("base64url")}=`;
  return plain.$extends(fieldEncryptionExtension({ encryptionKey, dmmf }));
}

// As a string it would be made into a key at every request.
const key = createSecretKey(Buffer.from(secret));
const app = express();
app.use(helmet(), cors({ origin: "https://bench.example", credentials: true }), cookieParser());
app.use(pinoHttp(), express.json({ limit: "2mb" }));

app.post("/api/token", (req, res) => {
  const accessToken = jwt.sign({ sub: req.body.userId }, key, { expiresIn: "2h" });
  res.json({ accessToken });
});

app.use((req, res, next) => {
  try {
    const [, token] = (req.get("authorization") ?? "").split(" ");
    req.ownerId = jwt.verify(token, key, { algorithms: ["HS256"] }).sub;
    next();
  } catch {
    res.status(401).end();
  }
});

const shown = ({ ownerId: _, pillarIds, tags, ...entry }) => {
  return { ...entry, pillarIds: JSON.parse(pillarIds), tags: JSON.parse(tags) };
};

app.get("/api/entries", async ({ ownerId, query }, res) => {
  const entries = await prisma.entry.findMany({
    where: { ownerId },
    orderBy: { day: "desc" },
    take: Number(query.limit),
  });
  res.json({ items: entries.map(shown) });
});

app.get("/api/entries/:id", async ({ ownerId, params: { id } }, res) => {
  const entry = await prisma.entry.findUnique({ where: { ownerId_id: { ownerId, id } } });
  if (entry === null) res.status(404).end();
  else res.json(shown(entry));
});

app.put("/api/entries/:id", async ({ ownerId, params: { id }, body }, res) => {
  const { day, time, title, body: text, moodId } = body;
  const pillarIds = JSON.stringify(body.pillarIds);
  const tags = JSON.stringify(body.tags);
  const fields = { day, time, title, body: text, pillarIds, tags, moodId };
  const entry = await prisma.entry.upsert({
    where: { ownerId_id: { ownerId, id } },
    create: { ownerId, id, ...fields },
    update: fields,
  });
  res.json(shown(entry));
});

const server = createServer(app).listen(0, "127.0.0.1", () => {
  process.send?.({ port: server.address().port });
});
process.on("message", () => process.send?.(process.cpuUsage()));
process.on("disconnect", () => process.exit());
