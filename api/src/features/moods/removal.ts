import { archivable } from "../../vault/archive.ts";
import { someRecord } from "../../vault/ordered-list.ts";
import { entryKind } from "../entries/entries.ts";
import { moodLogKind } from "../mood-logs/mood-logs.ts";
import { moodKind } from "./moods.ts";
import { SYSTEM_MOODS } from "./system.ts";

/** How moods are removed: logs and entries name them. One that everybody has is what it was before it was changed. */
export const moodRemoval = archivable(moodKind, async (vault, id) => {
  if (SYSTEM_MOODS.some((mood) => mood.id === id)) return false;
  const isIt = ({ moodId }: { readonly moodId: string | null }) => moodId === id;
  return (await someRecord(vault, moodLogKind, isIt)) || (await someRecord(vault, entryKind, isIt));
});
