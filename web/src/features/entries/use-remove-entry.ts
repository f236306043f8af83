import { useQueryClient } from "@tanstack/react-query";
import { useToast } from "@/components/toast.tsx";
import { ApiError } from "@/lib/api.ts";
import { explain } from "@/lib/failure.ts";
import type { EntrySaver } from "./entry-saver.ts";
import { useOpenEntries } from "./open-entries-provider.tsx";
import { statusOf } from "./save-machine.ts";

/** Moves an entry to the trash, and offers to take that back. */
export function useRemoveEntry() {
  const entries = useOpenEntries();
  const queries = useQueryClient();
  const toast = useToast();
  return async (saver: EntrySaver) => {
    const isBlank = statusOf(saver.getState()) === "blank";
    try {
      const undo = await entries.remove(saver.id);
      void queries.invalidateQueries({ queryKey: ["journal", "days"], refetchType: "none" });
      if (!isBlank) toast({ text: "Moved to the trash.", action: { label: "Undo", run: undo } });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "rev_mismatch")) {
        toast({ text: explain(error) });
        return;
      }
      await queries.invalidateQueries({ queryKey: ["journal", "day"] });
      toast({ text: "Not removed: it was changed elsewhere. Look at it again first." });
    }
  };
}
