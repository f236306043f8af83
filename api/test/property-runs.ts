import * as z from "zod";

const Environment = z.object({ PROPERTY_RUNS: z.coerce.number().int().min(1).optional() });

/** How many examples a property that takes databases is tried on: `few`, or PROPERTY_RUNS. */
export function propertyRuns(few: number): number {
  // eslint-disable-next-line no-restricted-properties -- how thorough a run of tests is says whoever runs them
  return Environment.parse(process.env).PROPERTY_RUNS ?? few;
}
