import { createServer, type Server } from "node:net";
import { codeOf } from "./files.ts";

const HOST = "127.0.0.1";
const TRIES = 50;

/** A port of the loopback interface that nobody listens on just now. */
export const freePort = (): Promise<number> => tryPort(0);

/** A free port that is kept from others until whoever it is for starts to listen on it. */
export async function reservePort(): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer((socket) => socket.destroy());
  const port = await listenOn(server, 0);
  return { port, release: () => new Promise((done) => server.close(() => done())) };
}

/**
 * The port asked for by an environment variable, or the next free one from `preferred` on when it is unset.
 * Throws when the one asked for is taken: moving away silently would break whatever points at it.
 */
export async function choosePort(
  variable: string,
  asked: string | undefined,
  preferred: number,
): Promise<number> {
  if (asked === undefined || asked === "") return nextFreePort(preferred);
  const port = Number(asked);
  if (!/^\d+$/.test(asked) || port < 1 || port > 65535) {
    throw new Error(`${variable} must be a port number from 1 to 65535.`);
  }
  try {
    return await tryPort(port);
  } catch (error) {
    if (codeOf(error) === "EACCES") {
      throw new Error(`${variable}=${port}: this user may not listen on port ${port}.`, {
        cause: error,
      });
    }
    if (codeOf(error) !== "EADDRINUSE") throw error;
    throw new Error(
      `Port ${port}, asked for by ${variable}, is taken by another program. ` +
        `Stop that program, or set ${variable} to another port, or leave it unset to take the next free one.`,
      { cause: error },
    );
  }
}

async function nextFreePort(preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + TRIES; port++) {
    try {
      return await tryPort(port);
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE" && codeOf(error) !== "EACCES") throw error;
    }
  }
  throw new Error(`No port is free between ${preferred} and ${preferred + TRIES - 1}.`);
}

async function tryPort(port: number): Promise<number> {
  const server = createServer();
  const got = await listenOn(server, port);
  await new Promise((done) => server.close(done));
  return got;
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen({ port, host: HOST, exclusive: true }, () => {
      const address = server.address();
      done(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
