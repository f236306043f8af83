import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { cleanEnvironment } from "../lib/clean-environment.mjs";

const ROOT = join(import.meta.dirname, "../..");
export const PEERS = join(import.meta.dirname, "peers");
const START_MS = 60_000;

/** What there is of the API: itself; without the memory of live sessions; without the gate before hashes. */
export const Variant = z.enum(["whole", "row checked", "unguarded"]);
export type Variant = z.output<typeof Variant>;

/**
 * What a server is asked: its time on the processor; to time calls of libuv's threads, and what that came to; how much
 * memory it holds once garbage is collected.
 */
export type Question = "cpu" | "watch" | "watched" | "memory";

const Started = z.object({ port: z.number() });
const Cpu = z.object({ user: z.number(), system: z.number() });
const Watched = z.object({ fs: z.array(z.number()), dns: z.array(z.number()) });
export type Watched = z.output<typeof Watched>;
/** In bytes. */
const Memory = z.object({ rss: z.number(), heapUsed: z.number(), external: z.number() });
export type Memory = z.output<typeof Memory>;

/** A server in a process of its own. */
export interface ServerProcess {
  readonly port: number;
  /** Microseconds that all of its threads have had the processor. */
  readonly cpu: () => Promise<number>;
  readonly watch: () => Promise<void>;
  readonly watched: () => Promise<Watched>;
  readonly memory: () => Promise<Memory>;
  readonly stop: () => Promise<void>;
}

export type Env = Readonly<Record<string, string>>;

/** What a server of better-auth is to be; see peers/better-auth.mjs. */
export interface Peer {
  readonly database: string;
  readonly secret: string;
  readonly hashes: "@node-rs/argon2" | "argon2" | "scrypt";
  readonly session: object;
  /** Behind the front of this folder's compiled API, or by itself. */
  readonly frontOf: string | null;
}

export const startPeer = (peer: Peer, log: string): Promise<ServerProcess> =>
  startServer(join(PEERS, "better-auth.mjs"), { PEER: JSON.stringify(peer) }, log);

/** What all of it is measured with. */
export interface Stage {
  /** Who has an account of TimOS. */
  readonly people: readonly { readonly email: string }[];
  readonly timos: (variant: Variant) => Promise<ServerProcess>;
  readonly peer: (how: Partial<Peer>) => Promise<ServerProcess>;
  /** The folder of the compiled API. */
  readonly api: string;
  readonly say: (line: string) => void;
}

const Package = z.object({ dependencies: z.record(z.string(), z.string()) });
const Installed = z.object({ version: z.string() });

/** Installs what TimOS is measured against, as its lock file has it, if it is not there. */
export async function ensurePeers(say: (line: string) => void): Promise<void> {
  const { dependencies } = Package.parse(read(join(PEERS, "package.json")));
  const isThere = Object.entries(dependencies).every(([name, version]) => {
    const installed = read(join(PEERS, "node_modules", name, "package.json"));
    return installed !== null && Installed.parse(installed).version === version;
  });
  if (isThere) return;
  say("installing what it is measured against");
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** Runs a program in the folder of the peers. @throws Error when it fails. */
export async function run(program: string, args: readonly string[], env: Env = {}): Promise<void> {
  const child = spawn(program, args, {
    cwd: PEERS,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed.`);
}

/**
 * Starts a compiled server that says its port by a message, and answers each {@link Question} that it is sent.
 *
 * @param log - The file that takes what it prints, as the journal of a machine would.
 */
export async function startServer(program: string, env: Env, log: string): Promise<ServerProcess> {
  const out = openSync(log, "a");
  const child = spawn(process.execPath, [program], {
    cwd: ROOT,
    env: { ...cleanEnvironment(), NODE_ENV: "production", ...env },
    stdio: ["ignore", out, "inherit", "ipc"],
  });
  closeSync(out);
  const ended = once(child, "exit");
  const stop = async () => {
    if (child.connected) child.disconnect();
    await ended;
  };
  try {
    const { port } = Started.parse(await answerOf(child, START_MS));
    const ask = async <T>(question: Question, schema: z.ZodType<T>): Promise<T> => {
      child.send(question);
      return schema.parse(await answerOf(child, START_MS));
    };
    return {
      port,
      cpu: async () => {
        const { user, system } = await ask("cpu", Cpu);
        return user + system;
      },
      watch: async () => {
        await ask("watch", z.object({}));
      },
      watched: () => ask("watched", Watched),
      memory: () => ask("memory", Memory),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function answerOf(child: ChildProcess, ms: number): Promise<unknown> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, "exit", { signal }).then(() => {
    throw new Error("A server that is measured ended.");
  });
  const late = AbortSignal.timeout(ms);
  try {
    const [answer] = (await Promise.race([
      once(child, "message", { signal: AbortSignal.any([signal, late]) }),
      ended,
    ])) as unknown[];
    return answer;
  } finally {
    ended.catch(() => undefined);
    over.abort();
  }
}
