import { renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { apiProgram, webProgram, workerProgram } from "./applications.ts";
import { ensureApplications, ensureClients } from "./build.ts";
import { findDemo, makeDemo } from "../demo/demo.ts";
import { asError } from "./files.ts";
import { findEngine, serversToStart } from "./find-engine.ts";
import { startFront } from "./front.ts";
import { allOf, type Household } from "./household.ts";
import { makeSecrets } from "./make-secrets.ts";
import { choosePort, reservePort } from "./ports.ts";
import { type RunFacts, writeRunFile } from "./run-file.ts";
import { startServers } from "./services-up.ts";

const LOG_TURNOVER_BYTES = 20 * 1024 * 1024;

/** Starts everything: in order where one needs the other, and at the same time where not. */
export async function bringUp(household: Household): Promise<void> {
  const { settings, folder, runFolder, progress, signal, supervisor } = household;
  const webPort = await choosePort("WEB_PORT", settings.webPort, 3000);
  const apiPort = await choosePort("API_PORT", settings.apiPort, 4000);
  const engine =
    serversToStart(settings).length > 0 ? await findEngine(settings, progress) : undefined;
  await makeSecrets(settings);

  const next = await reservePort();
  const where = {
    apiPort,
    apiSocket: join(runFolder, "api.sock"),
    webUrl: `http://127.0.0.1:${webPort}`,
    nextPort: next.port,
    outboxDir: join(folder.path, "outbox"),
    logFile: turnOverLog(join(folder.path, "timos.log")),
  };
  const { apiSocket, nextPort } = where;
  household.front = await startFront({ port: webPort, apiSocket, webPort: nextPort });

  const echo = settings.isDev
    ? (name: string, line: string) => {
        progress.echo(name, line);
      }
    : undefined;
  const servers = startServers(household, engine);
  // Without databases there is no point in building on.
  const halt = new AbortController();
  servers.catch((error: unknown) => {
    halt.abort(error);
  });
  const build = settings.isDev ? ensureClients : ensureApplications;
  const built = build(progress, AbortSignal.any([signal, halt.signal]));

  const startWeb = async () => {
    await built;
    await next.release();
    const web = webProgram(settings, where, echo);
    await progress.step("Web application is running", () => supervisor.start(web));
  };
  const startApi = async () => {
    const [, { urls }] = await allOf([built, servers]);
    const api = apiProgram(settings, { ...where, urls }, echo);
    const worker = workerProgram(settings, { ...where, urls }, echo);
    await progress.step("API and worker are running", async () => {
      await supervisor.start(api);
      // After it, so that what keeps both from starting is said once.
      await supervisor.start(worker);
    });
  };
  const [{ mariadb, redis }] = await allOf([servers, startApi(), startWeb()]);

  const { webUrl, outboxDir, logFile } = where;
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  await finishDemo(household, { apiUrl, outboxDir });
  signal.throwIfAborted();
  announce(household, {
    apiUrl,
    webUrl,
    mariadb,
    redis,
    outboxDir,
    keyringFile: settings.env["KEYRING_FILE"] ?? join(folder.path, "keyring"),
    logFile,
  });
}

/** Makes the demo account if it was begun and is not complete. That it fails is no reason not to start. */
async function finishDemo(
  { settings, folder, progress, signal }: Household,
  where: { apiUrl: string; outboxDir: string },
): Promise<void> {
  if (!settings.wantsDemo || findDemo(folder.path)?.isComplete !== false) return;
  try {
    await progress.step("Demo account with a sample journal made", () =>
      makeDemo({ ...where, dataFolder: folder.path, signal }),
    );
  } catch (error) {
    signal.throwIfAborted();
    progress.warn(`The demo account could not be made: ${asError(error).message}`);
    progress.warn("Everything else works; npm run demo:seed tries again");
  }
}

/** Says that all is ready, to whoever reads the terminal and to programs that read `run.json`. */
function announce(household: Household, facts: Omit<RunFacts, "pids">): void {
  const { settings, folder, progress, supervisor } = household;
  const pidOf = (name: string) => supervisor.pidOf(name) ?? null;
  const write = () => {
    writeRunFile(folder.path, {
      ...facts,
      pids: {
        launcher: process.pid,
        api: pidOf("api"),
        worker: pidOf("worker"),
        web: pidOf("web"),
        mariadb: pidOf("mariadb"),
        redis: pidOf("redis"),
      },
    });
  };
  household.onRestart = write;
  write();

  const demo = settings.wantsDemo ? findDemo(folder.path) : undefined;
  const signIn = demo?.isComplete === true ? `${demo.email}  ${demo.password}` : undefined;
  progress.ready([
    ["Open", facts.webUrl],
    ...(signIn === undefined ? [] : ([["Demo sign-in", signIn]] as const)),
    ["Data", folder.path],
    ["Log", facts.logFile],
  ]);
}

/** Puts a log that has become long aside. */
function turnOverLog(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_TURNOVER_BYTES) renameSync(file, `${file}.1`);
  return file;
}
