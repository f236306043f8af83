import { TestEnvironment } from "jest-environment-node";

// The mutant that a test has failed on.
let found;

/** One failed test is enough: the others of that mutant are skipped, in its file and in those after it. */
export default class MutationEnvironment extends TestEnvironment {
  handleTestEvent({ name, test }) {
    const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
    if (mutant === undefined) return;
    if (name === "test_done" && test.errors.length > 0) found = mutant;
    if (name === "test_start" && found === mutant) test.mode = "skip";
  }
}
