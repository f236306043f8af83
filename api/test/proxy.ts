import { createServer, connect, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A stand-in for the network before a server: it can be cut, or made to swallow everything, and mended. */
export interface Proxy {
  /** The address of the server by way of this proxy. */
  readonly url: string;
  /** Breaks every connection and takes no new one. */
  cut(): void;
  /** Lets connections stand and nothing through. */
  stall(): void;
  mend(): void;
  /** Calls `then` once, when `bytes` next go to the server, and lets them through. */
  whenNext(bytes: string, then: () => void): void;
  close(): Promise<void>;
}

export async function proxyTo(address: string): Promise<Proxy> {
  const url = new URL(address);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let state: "open" | "cut" | "stalled" = "open";
  let watch: { bytes: string; then: () => void } | undefined;

  const server = createServer((client) => {
    if (state === "cut") {
      client.destroy();
      return;
    }
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    // The end of what was looked at: a statement may come in two pieces.
    let end = Buffer.alloc(0);
    client.on("data", (chunk: Buffer) => {
      if (state === "stalled") return;
      upstream.write(chunk);
      if (watch === undefined) {
        end = Buffer.alloc(0);
        return;
      }
      const { bytes, then } = watch;
      const seen = Buffer.concat([end, chunk]);
      end = seen.subarray(Math.max(0, seen.length - bytes.length + 1));
      if (seen.includes(bytes)) {
        watch = undefined;
        then();
      }
    });
    upstream.on("data", (chunk) => {
      if (state === "open") client.write(chunk);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url.port = String((server.address() as AddressInfo).port);
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut: () => {
      state = "cut";
      breakAll();
    },
    stall: () => {
      state = "stalled";
    },
    mend: () => {
      state = "open";
      breakAll();
    },
    whenNext: (bytes, then) => {
      watch = { bytes, then };
    },
    close: async () => {
      breakAll();
      await new Promise((done) => server.close(done));
    },
  };
}
