import { rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readIfThere, writeAtomically } from "./files.ts";

/**
 * What a restore leaves in a data folder while it is under way: half of a journal must not be taken for all of it.
 * `new`: there were no databases before, so that those which are there may be thrown away. `in_place`: databases are
 * being replaced.
 */
const Mark = z.object({
  kind: z.enum(["new", "in_place"]),
  begunAt: z.iso.datetime(),
  /** What was restored, as the command names it. */
  from: z.string(),
});
export type RestoreMark = z.output<typeof Mark>;

const fileIn = (dataFolder: string) => join(dataFolder, "restore.json");

export const writeRestoreMark = (dataFolder: string, mark: RestoreMark): void => {
  writeAtomically(fileIn(dataFolder), `${JSON.stringify(mark, null, 2)}\n`);
};

/** The mark of a restore that was begun here and not finished. */
export function findRestoreMark(dataFolder: string): RestoreMark | undefined {
  const text = readIfThere(fileIn(dataFolder));
  return text === undefined ? undefined : Mark.parse(JSON.parse(text));
}

export const removeRestoreMark = (dataFolder: string): void => {
  rmSync(fileIn(dataFolder), { force: true });
};

/** @throws Error when a restore of this folder was begun and not finished. */
export function refuseUnfinishedRestore(dataFolder: string): void {
  const mark = findRestoreMark(dataFolder);
  if (mark === undefined) return;
  throw new Error(
    `A restore of ${dataFolder} was begun on ${mark.begunAt} and not finished: run it again (${mark.from}). ` +
      "Until then the journal in there is not whole, so nothing was started.",
  );
}
