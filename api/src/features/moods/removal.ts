import { archivable, naming } from "../../vault/archive.ts";
import { entryKind } from "../entries/entries.ts";
import { moodLogKind } from "../mood-logs/mood-logs.ts";
import { moodKind } from "./moods.ts";
import { SYSTEM_MOODS } from "./system.ts";

const moodIn = ({ moodId }: { readonly moodId: string | null }) => [moodId];

/** How moods are removed: logs and entries name them. One that everybody has is what it was before it was changed. */
export const moodRemoval = archivable(
  moodKind,
  [naming(moodLogKind, moodIn), naming(entryKind, moodIn)],
  (id) => !SYSTEM_MOODS.some((mood) => mood.id === id),
);
