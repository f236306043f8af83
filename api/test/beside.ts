import { createServer } from "node:http";
import { createApp } from "../src/app.ts";
import { openDeps } from "../src/deps.ts";
import type { TestApp } from "./app.ts";

/** Another instance on the same databases and by the same clock, whose Redis is away. */
export async function openWithoutRedis(
  app: TestApp,
): Promise<Pick<TestApp, "url"> & { close(): Promise<void> }> {
  const deps = await openDeps(
    { ...app.deps.config, redisUrl: "redis://127.0.0.1:1" },
    { logger: app.deps.logger, clock: () => app.clock.now },
  );
  const server = createServer(createApp(deps));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await deps.close();
    },
  };
}
