/**
 * A server of better-auth, as its documentation has one: MySQL by mysql2, e-mail and password, and nothing else. Its
 * limits of requests are off, and addresses need not be verified. Started by the benchmark, which says in PEER what to
 * be, hears the port as the first message, and for every message that it sends the time on the processor so far.
 */
import { createServer } from "node:http";
import * as rust from "@node-rs/argon2";
import argon2 from "argon2";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import express from "express";
import { createPool } from "mysql2/promise";

/** @type {{ database: string, secret: string, hashes: string, session: object, frontOf: string | null }} */
const { database, secret, hashes, session, frontOf } = JSON.parse(process.env["PEER"] ?? "");

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const HASHES = {
  "@node-rs/argon2": {
    hash: (password) => rust.hash(password, cost),
    verify: ({ hash, password }) => rust.verify(hash, password, cost),
  },
  argon2: {
    hash: (password) => argon2.hash(password, { ...cost, type: argon2.argon2id }),
    verify: ({ hash, password }) => argon2.verify(hash, password),
  },
  // What it does when it is told nothing.
  scrypt: undefined,
};

const auth = betterAuth({
  baseURL: "https://bench.example",
  secret,
  database: createPool({ uri: database, timezone: "Z", connectionLimit: 10 }),
  emailAndPassword: { enabled: true, password: HASHES[hashes] },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  session,
});
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

const handler = toNodeHandler(auth);
const server = createServer(frontOf === null ? handler : await behindFront()).listen(
  0,
  "127.0.0.1",
  () => {
    process.send?.({ port: server.address().port });
  },
);
process.on("message", () => process.send?.(process.cpuUsage()));
process.on("disconnect", () => process.exit());

/** Behind what every request passes in TimOS before it is asked who sent it, with one route of an application's own. */
async function behindFront() {
  const { front } = await import(`${frontOf}/http/front.js`);
  const { createLogger } = await import(`${frontOf}/lib/logger.js`);
  const app = express();
  app.use(
    front(
      { origins: ["https://bench.example"], isSecure: true, trusts: () => true },
      createLogger("peer", "info"),
    ),
  );
  app.all("/api/auth/*splat", handler);
  app.get("/api/me", async (req, res) => {
    const found = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
    if (found === null) res.status(401).end();
    else res.json(found.user);
  });
  return app;
}
