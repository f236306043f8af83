"use client";

import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { useTimos } from "@/lib/client.tsx";
import { useKeeping } from "@/lib/keeping/keeping-provider.tsx";
import type { Drafts } from "./drafts.ts";
import { createRecordForms, type RecordForm, type RecordForms } from "./record-forms.ts";
import type { RecordSaver } from "./record-saver.ts";
import type { SaveState, Stored } from "./save-machine.ts";
import { createSavers, type Savers } from "./savers.ts";
import { useSaver } from "./use-saver.ts";

interface Saving {
  readonly savers: Savers;
  readonly forms: RecordForms;
  readonly drafts: Drafts | null;
  /** Lets what is shown of the journal, and may be changed by what was saved, be read anew when it is next opened. */
  readonly noteSaved: () => void;
}

const SavingContext = createContext<Saving | null>(null);

interface Props {
  /** Goes on with what tabs left of the forms there are, before any of them is shown. */
  goOn: (forms: RecordForms) => void;
  children: ReactNode;
}

/** Keeps what one person writes saved for as long as the private pages are shown. */
export function SavingProvider({ goOn, children }: Props) {
  const { session, freshApi } = useTimos();
  const keeping = useKeeping();
  const queries = useQueryClient();
  const [saving] = useState((): Saving => {
    const savers = createSavers();
    const drafts = keeping?.keeper.drafts ?? null;
    const noteSaved = () =>
      void queries.invalidateQueries({ queryKey: ["journal"], refetchType: "none" });
    const forms = createRecordForms({ api: freshApi, savers, drafts, noteSaved });
    goOn(forms);
    return { savers, drafts, noteSaved, forms };
  });
  const { savers } = saving;

  useEffect(
    () =>
      session.subscribe(() => {
        if (session.getState().status === "signed_in") savers.signedIn();
      }),
    [session, savers],
  );

  useEffect(() => {
    // A connection that is back for one is back for all.
    const unsubscribe = keeping?.carrier.subscribe(() => {
      if (keeping.carrier.isReached()) savers.retry();
    });
    const leave = () => document.visibilityState === "hidden" && savers.flushLeaving();
    const online = () => void savers.flush();
    const warn = (event: BeforeUnloadEvent) => {
      if (savers.onlyHere().length > 0) event.preventDefault();
    };
    document.addEventListener("visibilitychange", leave);
    window.addEventListener("online", online);
    window.addEventListener("beforeunload", warn);
    return () => {
      unsubscribe?.();
      document.removeEventListener("visibilitychange", leave);
      window.removeEventListener("online", online);
      window.removeEventListener("beforeunload", warn);
    };
  }, [savers, keeping]);

  return <SavingContext value={saving}>{children}</SavingContext>;
}

export function useSaving(): Saving {
  const saving = useContext(SavingContext);
  if (saving === null) throw new Error("useSaving is called outside of SavingProvider");
  return saving;
}

/** How much holds something the server does not. */
export function useUnsavedCount(): number {
  const { savers } = useSaving();
  const count = () => savers.unsaved().length;
  return useSyncExternalStore(savers.subscribe, count, count);
}

/**
 * A form that saves by itself, as entries do: what is typed by `saver.edit({ … })` is sent after a pause, guarded by the
 * revision it goes on from, and kept on this device until the server has it.
 *
 * ```tsx
 * const { saver, state } = useRecordSaver(pulseForm, day, storedPulse(view.feels.morning));
 * <input value={state.draft.avoiding} onChange={(e) => saver.edit({ avoiding: e.target.value })} />
 * <SaveStatus state={state} onRetry={saver.flush} onCompare={…} />
 * ```
 *
 * When another tab or device wrote first, `state.phase` is `{ at: "conflict", theirs }`, nothing is sent any more, and
 * `saver.resolve("mine" | "theirs")` with `saver.flush()` ends it.
 *
 * @param key - Which record of the kind: `YYYY-MM-DD`, or a week.
 * @param found - What the server was last seen to have of it; null when there is none yet.
 */
export function useRecordSaver<F extends object>(
  form: RecordForm<F>,
  key: string,
  found: Stored<F> | null,
): { saver: RecordSaver<F>; state: SaveState<F> } {
  const { forms } = useSaving();
  const saver = forms.saverOf(form, key, found);
  const state = useSaver(saver);
  useEffect(() => {
    if (found !== null) saver.read(found);
    // What was found is told by its revision.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [saver, found?.rev]);
  useEffect(() => () => saver.flush(), [saver]);
  return { saver, state };
}
