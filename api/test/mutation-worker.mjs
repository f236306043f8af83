import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";

// Each tester runs its tests in one process, which Jest calls worker 1, and needs databases of its own.
process.env.JEST_WORKER_ID = String(takeSeat());

// A quarter of the examples, and no search for the smallest that fails: the score can only be lower for it.
fc.configureGlobal({ numRuns: 25, endOnFailure: true });

/** The first databases that no living tester has: one that a mutant hung is killed, and another takes its place. */
function takeSeat() {
  const seats = JSON.parse(process.env.TIMOS_TEST_WORKERS ?? "[]").map((_, i) => i + 1);
  const taken = seats.map((seat) => ({ seat, pid: holderOf(seat) }));
  const mine = taken.find(({ pid }) => pid === process.pid);
  const free = mine ?? taken.find(({ pid }) => pid === null || !isAlive(pid));
  if (free === undefined) return 1;
  if (mine === undefined) writeFileSync(fileOf(free.seat), String(process.pid));
  return free.seat;
}

function fileOf(seat) {
  return `mutation-seat-${seat}`;
}

function holderOf(seat) {
  try {
    return Number(readFileSync(fileOf(seat), "utf8"));
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
