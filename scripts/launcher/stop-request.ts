import { constants } from "node:os";
import { asError } from "./files.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const PARENT_CHECK_MS = 250;

/** Somebody asked us to end, or something made us. */
export interface StopRequest {
  /** Aborted with the first request. */
  readonly signal: AbortSignal;
  /** Settles with the first request. */
  readonly asked: Promise<void>;
  /** Called with every further one: somebody is in a hurry. */
  onHurry: (() => void) | undefined;
  /** Ends it because of a fault, which is reported when all is stopped. */
  fail(error: Error): void;
  readonly failure: () => Error | undefined;
  /** The exit code a shell expects of a program that was interrupted before it was ready. */
  readonly interruptedCode: () => number;
}

/** Listens for Ctrl-C, SIGTERM and SIGHUP, and for npm ending without telling us. */
export function listenForStop(env: Readonly<Record<string, string | undefined>>): StopRequest {
  const aborter = new AbortController();
  let failure: Error | undefined;
  let code = 1;
  const request: StopRequest = {
    signal: aborter.signal,
    asked: new Promise((done) => {
      aborter.signal.addEventListener("abort", () => done(), { once: true });
    }),
    onHurry: undefined,
    fail: (error) => {
      failure ??= error;
      aborter.abort(error);
    },
    failure: () => failure,
    interruptedCode: () => code,
  };
  const ask = () => {
    if (aborter.signal.aborted) request.onHurry?.();
    else aborter.abort(new Error("stopped before it was ready"));
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      code = 128 + constants.signals[signal];
      ask();
    });
  }
  // A terminal that was closed takes no more lines; that must not keep us from stopping in order.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const fail = (thrown: unknown) => {
    request.fail(asError(thrown));
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  if (env["npm_lifecycle_event"] !== undefined) watchParent(ask);
  return request;
}

/** npm passes signals on, but not when it is killed outright; whoever did that wants us gone too. */
function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, PARENT_CHECK_MS);
  timer.unref();
}
