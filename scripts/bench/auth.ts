/**
 * Signing in, refreshing, and finding out at each request who asks, side by side with better-auth: both as servers in
 * processes of their own, with their own tables on one MariaDB, asked by this process over connections that stay open.
 * Then what people who sign in all at once do to everybody else, with and without the gate before password hashes.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { randomToken } from "../../api/src/crypto/random.ts";
import { passwordHasher, type Passwords } from "../../api/src/features/auth/passwords.ts";
import { createLogger } from "../../api/src/lib/logger.ts";
import { newSigningKeys, writeSigningKeys } from "../jwt/signing-keys.ts";
import { Client } from "./auth-clients.ts";
import { atPeer, atTimos, ORIGIN, peopleOfTimos, type Person } from "./auth-people.ts";
import {
  ensurePeers,
  startPeer,
  startServer,
  type Peer,
  type ServerProcess,
  type Stage,
} from "./auth-processes.ts";
import { measureHashes } from "./auth-hashes.ts";
import { inRow, race, type Raced } from "./auth-race.ts";
import { measureStampede } from "./auth-stampede.ts";
import { compileServers } from "./compiled.ts";
import { databaseOfPeer, openBench } from "./databases.ts";
import { atLeast, type Part, type Report, type Table, type Target } from "./measure.ts";

const RESULTS = join(import.meta.dirname, "../../bench-results");
const CLIENTS = 8;
const CHECKS = { rounds: 25, ms: 400, atLeast: 250, warmUp: 8000 };
const REFRESHES = { rounds: 15, ms: 400, atLeast: 80, warmUp: 1500 };
const SIGN_INS = { rounds: 9, ms: 1200, atLeast: 20, warmUp: 120 };
const STAMPEDE = 50;

export const auth: Part = {
  name: "auth",
  title: "signing in, refreshing and checking sessions, against better-auth",
  run: async (say) => {
    await ensurePeers(say);
    mkdirSync(RESULTS, { recursive: true });
    const folder = mkdtempSync(join(RESULTS, "auth-"));
    say("compiling the server");
    const [program = ""] = await compileServers(folder, ["auth-server"]);
    const bench = await openBench();
    const started: ServerProcess[] = [];
    const track = async (starting: Promise<ServerProcess>) => {
      const server = await starting;
      started.push(server);
      return server;
    };
    try {
      const { inst, urls } = bench;
      const pepper = randomToken();
      const env = {
        ...bench.env,
        APP_URL: ORIGIN,
        TRUST_PROXY: "127.0.0.1",
        TOKEN_KEY: randomToken(),
        PASSWORD_PEPPER: pepper,
        JWT_KEYS: writeSigningKeys(newSigningKeys(new Date())),
        OUTBOX_DIR: join(folder, "outbox"),
      };
      const log = join(folder, "log");
      const base: Peer = {
        database: await databaseOfPeer(urls.PLATFORM_MIGRATE_URL),
        secret: randomToken(),
        hashes: "@node-rs/argon2",
        session: {},
        frontOf: null,
      };
      say(`${STAMPEDE} people`);
      return await measure({
        people: await peopleOfTimos(inst, await hasherOf(pepper), STAMPEDE),
        timos: (variant) => track(startServer(program, { ...env, BENCH_VARIANT: variant }, log)),
        peer: (how) => track(startPeer({ ...base, ...how }, log)),
        api: join(folder, "api/src"),
        say,
      });
    } finally {
      await Promise.all(started.map((server) => server.stop()));
      await bench.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const COST = { memoryKiB: 19_456, passes: 2, lanes: 1, atOnce: 1 };

const hasherOf = (pepper: string): Promise<Passwords> =>
  passwordHasher(Buffer.from(pepper, "base64url"), COST, createLogger("bench", "silent"));

async function measure(stage: Stage): Promise<Report> {
  const { say, timos, peer } = stage;
  const whole = await timos("whole");
  const alone = await peer({});

  say("session checks");
  const checks = await raceChecks(stage, whole, alone);
  say("refreshing");
  const refreshing = await race(
    [
      await ofTimos("TimOS", whole, stage, "refresh"),
      await ofPeer("better-auth", await peer({ session: { updateAge: 0 } }), "refresh"),
    ],
    REFRESHES,
  );
  say("signing in");
  const signingIn = await race(
    [
      await ofTimos("TimOS", whole, stage, "signIn"),
      await ofPeer("better-auth, @node-rs/argon2", alone, "signIn"),
      await ofPeer("better-auth, argon2", await peer({ hashes: "argon2" }), "signIn"),
      await ofPeer("better-auth, scrypt as it comes", await peer({ hashes: "scrypt" }), "signIn"),
    ],
    SIGN_INS,
  );
  say(`${STAMPEDE} people sign in at once`);
  const stampede = await measureStampede(stage, whole);
  say("the hash alone");
  const hashes = await measureHashes();

  return {
    tables: [
      table("Session check", checks.raced),
      table("Refresh", refreshing),
      table("Sign-in, argon2id m=19456 t=2 p=1", signingIn),
      hashes,
      ...stampede.tables,
    ],
    targets: [
      ...checks.targets,
      atLeast("sign-ins, × better-auth, @node-rs/argon2", 2.5, 1 / signingIn[1].rateRatio),
      atLeast("sign-ins, × better-auth, argon2", 2.5, 1 / signingIn[2].rateRatio),
      ...stampede.targets,
    ],
  };
}

async function raceChecks(
  stage: Stage,
  whole: ServerProcess,
  alone: ServerProcess,
): Promise<{ raced: readonly Raced[]; targets: readonly Target[] }> {
  const { timos, peer } = stage;
  const cookieCache = { enabled: true, maxAge: 3600 };
  const rowOfOurs = await ofTimos("TimOS, row checked", await timos("row checked"), stage, "check");
  const inMemory = await ofTimos("TimOS, in memory", whole, stage, "check");
  const row = await ofPeer("better-auth, row checked", alone, "check");
  const cached = await peer({ session: { cookieCache } });
  const inCookie = await ofPeer("better-auth, cookie cache", cached, "check");
  const front = await peer({ frontOf: stage.api });
  const frontRow = await ofPeer(
    "the same behind our front, row checked",
    front,
    "check",
    "/api/me",
  );
  const raced = await race([rowOfOurs, inMemory, row, inCookie, frontRow], CHECKS);
  const [ours, oursInMemory, theirs, theirsInCookie, theirsBehindFront] = raced;
  const name = "session check, times less CPU";
  const times = (mine: Raced, other: Raced) => other.cpuRatio / mine.cpuRatio;
  return {
    raced,
    targets: [
      atLeast(`${name}, row checked`, 2.5, times(ours, theirs)),
      atLeast(`${name}, row checked, behind our front`, 2.5, times(ours, theirsBehindFront)),
      atLeast(`${name}, in memory against a row`, 5, times(oursInMemory, theirs)),
      atLeast(`${name}, in memory against its cookie`, 5, times(oursInMemory, theirsInCookie)),
    ],
  };
}

const table = (title: string, raced: readonly Raced[]): Table => ({
  title,
  rows: raced.map(inRow),
});

async function ofTimos(name: string, server: ServerProcess, { people }: Stage, does: keyof Person) {
  const client = new Client(server.port);
  const chosen = people.slice(0, CLIENTS);
  const browsers = await Promise.all(chosen.map((person) => atTimos(client, person)));
  return { name, server, clients: browsers.map((browser) => browser[does]) };
}

async function ofPeer(name: string, server: ServerProcess, does: keyof Person, path?: string) {
  const client = new Client(server.port);
  const browsers = await Promise.all(Array.from({ length: CLIENTS }, () => atPeer(client, path)));
  return { name, server, clients: browsers.map((browser) => browser[does]) };
}
