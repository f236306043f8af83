import fc from "fast-check";

// Each tester runs its tests in one process, which Jest calls worker 1, and needs databases of its own.
process.env.JEST_WORKER_ID = String(Number(process.env.STRYKER_MUTATOR_WORKER ?? 0) + 1);

// A quarter of the examples, and no search for the smallest that fails: the score can only be lower for it.
fc.configureGlobal({ numRuns: 25, endOnFailure: true });
