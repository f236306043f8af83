import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useToast } from "@/components/toast.tsx";
import { dayChangeKey, dayKey } from "@/features/days/use-days.ts";
import { useFailure } from "@/lib/failure.ts";
import type { DayView } from "./views.ts";

type Update = (view: DayView) => DayView;

/** Something that is done to a day at once, and shown before the API has heard of it. */
export interface DayChange {
  /** What it is about, for whoever has to be told that it failed. */
  readonly what: string;
  readonly now: Update;
  readonly undo: Update;
  /** Resolves to how the day is shown with what the API answered. Sent again, it does the same. */
  readonly send: () => Promise<Update>;
}

/** Changes to a day, one after the other. One that fails is undone, and can be tried again. */
export function useDayChange(day: string) {
  const t = useTranslations("dayFlow");
  const words = useTranslations("common");
  const queries = useQueryClient();
  const toast = useToast();
  const { explain } = useFailure();
  const show = (update: Update) =>
    queries.setQueryData<DayView>(dayKey(day), (view) => view && update(view));

  const change = useMutation({
    mutationKey: dayChangeKey(day),
    scope: { id: `day ${day}` },
    mutationFn: ({ send }: DayChange) => send(),
    onMutate: async ({ now }) => {
      // An answer that is on its way does not know of this.
      await queries.cancelQueries({ queryKey: ["journal", "day"] });
      show(now);
    },
    onSuccess: (update) => {
      show(update);
      void queries.invalidateQueries({
        queryKey: ["journal"],
        refetchType: "none",
        predicate: ({ queryKey }) => queryKey[1] !== "day",
      });
    },
    onError: (error, failed) => {
      show(failed.undo);
      toast({
        text: t("failed", { what: failed.what, reason: explain(error) }),
        action: { label: words("tryAgain"), run: () => change.mutate(failed) },
      });
    },
  });
  return change;
}
