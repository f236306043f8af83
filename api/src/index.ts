import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createApp } from "./app.ts";
import { boot } from "./boot.ts";
import { stopOnSignal } from "./lib/process.ts";

/** How long requests under way may take to end when the process stops. */
const DRAIN_MS = 10_000;

const deps = await boot("api");
if (deps === null) process.exit(1);
const { logger, config } = deps;
const app = createApp(deps);

const servers: Server[] = [await listen({ host: config.http.host, port: config.http.port })];
if (config.http.socket !== undefined) {
  rmSync(config.http.socket, { force: true });
  servers.push(await listen({ path: config.http.socket }));
  chmodSync(config.http.socket, 0o600);
}
for (const server of servers) logger.info({ address: server.address() }, "listening");

stopOnSignal(logger, async () => {
  await Promise.all(servers.map(drain));
  await deps.close();
});

function listen(where: { host: string; port: number } | { path: string }): Promise<Server> {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000 }, app);
  if ("port" in where) {
    // A peer that hangs up at once has no address any more, and would pass for one of our own socket. Asking for
    // the address here keeps it.
    server.on("connection", (socket) => {
      if (socket.remoteAddress === undefined) socket.destroy();
    });
  }
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => resolve(server));
  });
}

/** Takes no more requests and waits for those under way. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  });
}
