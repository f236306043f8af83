/** Progress of long work: a line that is written over on a terminal, now and then a line elsewhere. */
const PLAIN_EVERY_MS = 10_000;
const REDRAW_EVERY_MS = 100;

export interface Meter {
  /** @param total - Null when nobody knows how much there is. */
  readonly show: (done: number, total: number | null, what: string) => void;
  /** Says that nothing is done for a while. The time until something is shown again does not slow the rate. */
  readonly wait: (line: string) => void;
  readonly end: () => void;
}

export function meter(
  output: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stdout,
  now: () => number = () => performance.now(),
): Meter {
  let began = now();
  let waitingSince: number | null = null;
  let shownAt = -Infinity;
  let isOpen = false;
  let unshown: string | null = null;
  const write = (line: string) => {
    output.write(output.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
    isOpen = output.isTTY;
    unshown = null;
  };
  // What was done last is always shown.
  const close = () => {
    if (unshown !== null) write(unshown);
    if (isOpen) output.write("\n");
    isOpen = false;
  };
  return {
    show: (done, total, what) => {
      const at = now();
      if (waitingSince !== null) began += at - waitingSince;
      waitingSince = null;
      const line = lineOf(done, total, what, (at - began) / 1000);
      if (at - shownAt < (output.isTTY ? REDRAW_EVERY_MS : PLAIN_EVERY_MS)) {
        unshown = line;
        return;
      }
      shownAt = at;
      write(line);
    },
    wait: (line) => {
      waitingSince ??= now();
      close();
      output.write(`${line}\n`);
    },
    end: close,
  };
}

function lineOf(done: number, total: number | null, what: string, seconds: number): string {
  const rate = done / Math.max(seconds, 0.001);
  const parts = [`  ${what} ${count(done)}${total === null ? "" : ` of ${count(total)}`}`];
  if (total !== null && total > 0) parts.push(`${Math.floor((100 * done) / total)} %`);
  parts.push(`${count(Math.round(rate))}/s`);
  if (total !== null && rate > 0 && done < total) {
    parts.push(`${duration((total - done) / rate)} left`);
  }
  return parts.join(" · ");
}

export const count = (value: number): string => value.toLocaleString("en-US");

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 120 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}

/** Becomes aborted at the first Ctrl-C; the second ends the process as it always does. */
export function stopSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  return {
    signal: stop.signal,
    release: () => {
      process.removeListener("SIGINT", onSignal).removeListener("SIGTERM", onSignal);
    },
  };
}
