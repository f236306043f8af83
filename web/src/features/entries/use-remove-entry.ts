import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useToast } from "@/components/toast.tsx";
import { ApiError } from "@/lib/api.ts";
import { useFailure } from "@/lib/failure.ts";
import { statusOf } from "@/lib/saver/save-machine.ts";
import type { EntrySaver } from "./entry-saver.ts";
import { useOpenEntries } from "./open-entries-provider.tsx";

/** Moves an entry to the trash, and offers to take that back. */
export function useRemoveEntry() {
  const t = useTranslations("journal.entry");
  const { explain } = useFailure();
  const entries = useOpenEntries();
  const queries = useQueryClient();
  const toast = useToast();
  return async (saver: EntrySaver) => {
    const isBlank = statusOf(saver.getState()) === "blank";
    try {
      const undo = await entries.remove(saver.id);
      void queries.invalidateQueries({ queryKey: ["journal", "days"], refetchType: "none" });
      if (!isBlank) toast({ text: t("trashed"), action: { label: t("undo"), run: undo } });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "rev_mismatch")) {
        toast({ text: explain(error) });
        return;
      }
      await queries.invalidateQueries({ queryKey: ["journal", "day"] });
      toast({ text: t("notRemoved") });
    }
  };
}
