import { useSaver } from "@/lib/saver/use-saver.ts";
import type { EntrySaver, EntryState } from "./entry-saver.ts";

export const useEntry = (saver: EntrySaver): EntryState => useSaver(saver);
