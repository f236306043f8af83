import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useToast } from "@/components/toast.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { type AllRecords, everyRecord, type Kind, type LibraryRecord } from "./kind.ts";
import { inOrder } from "./reorder.ts";

/** All records of a kind. */
export function useRecords<R extends LibraryRecord, F>({ name, calls }: Kind<R, F>) {
  return useQuery({
    queryKey: ["journal", "library", name],
    queryFn: ({ signal }) => everyRecord(calls.list, signal),
  });
}

/** Has everything of the journal read anew that is shown: what is worked out of a record changes with it. */
export function useRefresh() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["journal"] });
}

/** Does something at once, says when it did not work, and has everything read anew that may have changed by it. */
export function useAct() {
  const t = useTranslations("library.done");
  const { explain } = useFailure();
  const toast = useToast();
  return useMutation({
    mutationFn: (action: () => Promise<unknown>) => action(),
    onError: (error) => toast({ text: isMismatch(error) ? t("changedElsewhere") : explain(error) }),
    onSettled: useRefresh(),
  });
}

/** What can be done with the records of a kind. */
export function useLibrary<R extends LibraryRecord, F>(kind: Kind<R, F>) {
  const t = useTranslations("library");
  const { api } = useTimos();
  const { explain } = useFailure();
  const queries = useQueryClient();
  const toast = useToast();
  const act = useAct();
  const refresh = useRefresh();
  const queryKey = ["journal", "library", kind.name];

  const sayAdded = (name: string) => toast({ text: t("done.added", { name }) });

  const put = (id: string, rev: number, body: F) =>
    kind.calls.put({ params: { id }, body, guard: rev === 0 ? "absent" : { rev } });

  const undo = (run: () => Promise<unknown>) => ({
    label: t("actions.undo"),
    run: () => act.mutate(run),
  });

  const archive = (record: R, archived: boolean) =>
    act.mutate(async () => {
      const { withArchived } = kind;
      if (withArchived === undefined) return;
      const name = kind.titleOf(record);
      const body = (is: boolean) => withArchived(kind.fieldsOf(record), is);
      await put(record.id, record.rev, body(archived));
      toast({
        text: t(archived ? "done.archived" : "done.broughtBack", { name }),
        action: undo(() =>
          kind.calls.put({ params: { id: record.id }, body: body(!archived), guard: "present" }),
        ),
      });
    });

  /** Moves it to the trash. One that something names is archived by that, and it is said which of the two it was. */
  const remove = async (record: R) => {
    const { id, rev } = record;
    const name = kind.titleOf(record);
    await kind.calls.remove({ params: { id }, guard: { rev } });
    if (kind.withArchived && (await isThere(() => kind.calls.get({ params: { id } })))) {
      toast({ text: t("done.kept", { name }) });
      return;
    }
    const params = { kind: kind.name, id };
    toast({ text: t("done.trashed", { name }), action: undo(() => api.trash.restore({ params })) });
  };

  const reorder = useMutation({
    mutationKey: [...queryKey, "order"],
    mutationFn: (ids: string[]) => kind.reorder?.(ids) ?? Promise.resolve(),
    onMutate: async (ids) => {
      await queries.cancelQueries({ queryKey });
      const before = queries.getQueryData<AllRecords<R>>(queryKey);
      if (before) queries.setQueryData(queryKey, { ...before, items: inOrder(before.items, ids) });
      return before;
    },
    onError: (error, _, before) => {
      if (before) queries.setQueryData(queryKey, before);
      toast({ text: explain(error) });
    },
    onSettled: async () => {
      // What was read now would undo a move that is still on its way.
      if (queries.isMutating({ mutationKey: [...queryKey, "order"] }) > 1) return;
      await refresh();
    },
  });

  return { put, sayAdded, archive, remove, reorder, act };
}

export const isMismatch = (error: unknown): boolean =>
  error instanceof ApiError && error.code === "rev_mismatch";

async function isThere(get: () => Promise<unknown>): Promise<boolean> {
  try {
    await get();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_found") return false;
    throw error;
  }
}
