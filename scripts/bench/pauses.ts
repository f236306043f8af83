import { monitorEventLoopDelay } from "node:perf_hooks";

/** How long an event loop did not turn, in milliseconds. */
export interface Pauses {
  readonly p99: number;
  readonly longest: number;
  /** How much of it the process was at work, by all its threads: on a machine that does other things too, the rest is theirs. */
  readonly workP99: number;
  readonly workLongest: number;
}

/** Watches the event loop of this process from now until the function that it returns is called. */
export function watchPauses(): () => Pauses {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const works: number[] = [];
  let cpu = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(cpu);
    works.push((user + system) / 1000);
    cpu = process.cpuUsage();
  }, 1);
  delays.enable();
  return () => {
    delays.disable();
    clearInterval(timer);
    works.sort((a, b) => a - b);
    return {
      p99: delays.percentile(99) / 1e6,
      longest: delays.max / 1e6,
      workP99: works[Math.floor(works.length * 0.99)] ?? 0,
      workLongest: works.at(-1) ?? 0,
    };
  };
}
