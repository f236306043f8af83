import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useToast } from "@/components/toast.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { statusOf } from "@/lib/saver/save-machine.ts";
import { storedOf } from "./draft.ts";
import type { EntrySaver } from "./entry-saver.ts";

/** Writes an earlier state of an entry again, as its newest, and offers to take that back. */
export function useRestoreVersion(saver: EntrySaver) {
  const t = useTranslations("writing.history");
  const { explain } = useFailure();
  const { api } = useTimos();
  const queries = useQueryClient();
  const toast = useToast();
  const [isBusy, setIsBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  /** Resolves to the revision that was there before, or to why it did not work. */
  async function writeAgain(rev: number): Promise<{ before: number } | { fault: string }> {
    await saver.hold();
    try {
      const state = saver.getState();
      // What is not saved is in no version, and would be lost.
      if (state.rev === null || statusOf(state) !== "saved") return { fault: t("notSaved") };
      const entry = await api.entries.restore({
        params: { id: saver.id },
        body: { rev },
        guard: { rev: state.rev },
      });
      saver.read(storedOf(entry));
      void queries.invalidateQueries({ queryKey: ["journal", "versions", saver.id] });
      return { before: state.rev };
    } catch (error) {
      return { fault: explain(error) };
    } finally {
      saver.release();
    }
  }

  const undo = async (before: number) => {
    const outcome = await writeAgain(before);
    if ("fault" in outcome) toast({ text: outcome.fault });
  };

  /** Resolves to whether it worked. */
  const restore = async (rev: number): Promise<boolean> => {
    setIsBusy(true);
    setFault(null);
    saver.flush();
    const outcome = await writeAgain(rev);
    setIsBusy(false);
    if ("fault" in outcome) {
      setFault(outcome.fault);
      return false;
    }
    const { before } = outcome;
    toast({ text: t("restored"), action: { label: t("undo"), run: () => void undo(before) } });
    return true;
  };

  return { restore, isBusy, fault };
}
