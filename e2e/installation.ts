import { readRunFile, type RunFacts } from "../scripts/launcher/run-file.ts";

/** The installation the global set-up has started for the tests, as it describes itself. */
export function installation(): RunFacts {
  const dataFolder = process.env["E2E_DATA_DIR"];
  if (dataFolder === undefined) {
    throw new Error("This test needs files of the installation; E2E_BASE_URL points elsewhere.");
  }
  return readRunFile(dataFolder);
}
