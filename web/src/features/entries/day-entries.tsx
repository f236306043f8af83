"use client";

import { Plus } from "lucide-react";
import {
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useState,
  useSyncExternalStore,
} from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useWantedEntry } from "@/features/keyboard/desk.ts";
import { clockIn } from "@/lib/day.ts";
import { later } from "@/lib/later.tsx";
import { useOpenEntries } from "./open-entries-provider.tsx";
import { UnreadableNotice } from "./unreadable-notice.tsx";

/** With what it will ask for itself, so that the one does not wait for the other. */
const loadEditor = async () => {
  void import("./markdown-editor.tsx").catch(() => undefined);
  return { default: (await import("./entry-editor.tsx")).EntryEditor };
};
const EntryEditor = later(loadEditor, <EntryLoading />);

interface Props {
  day: string;
  /** What is asked of an empty page. */
  invitation: string;
  /** Stands beside what an empty page is begun with. */
  aside?: ReactNode;
  /** Lets what is elsewhere on the page begin an entry. */
  ref?: Ref<BeginEntry>;
}

export interface BeginEntry {
  readonly begin: () => void;
}

/** The entries of a day, each in its editor, and the way to another one. */
export function DayEntries({ day, invitation, aside, ref }: Props) {
  const t = useTranslations("journal.entry");
  const { timeZone } = useUser();
  const entries = useOpenEntries();
  const all = useSyncExternalStore(entries.subscribe, entries.getAll, entries.getAll);
  const [newest, setNewest] = useState<string | null>(null);
  const countUnreadable = () => entries.unreadableOf(day);
  const unreadable = useSyncExternalStore(entries.subscribe, countUnreadable, countUnreadable);
  const ofDay = all.filter((saver) => saver.getState().draft.day === day);

  useEffect(() => () => entries.dropBlank(), [entries]);

  const begin = () => {
    const now = clockIn(timeZone, new Date());
    setNewest(entries.create(day, now.day === day ? now.time : null).id);
  };
  useImperativeHandle(ref, () => ({ begin }));

  useWantedEntry(begin);

  if (ofDay.length === 0) {
    return (
      <>
        <UnreadableNotice count={unreadable} />
        <div className="grid sm:grid-cols-[5.5rem_minmax(0,1fr)]">
          <div className="border-margin py-6 sm:col-start-2 sm:border-s-2 sm:ps-7 sm:pb-10">
            {unreadable === 0 && (
              <button
                type="button"
                onClick={begin}
                className="mb-5 w-full rounded-sm text-start font-serif text-prose text-faint italic hover:text-ink"
              >
                {invitation}
              </button>
            )}
            <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <Button look="secondary" onClick={begin}>
                <Plus aria-hidden className="size-4.5" />
                {t("new")}
              </Button>
              {aside}
            </div>
          </div>
        </div>
      </>
    );
  }
  return (
    <>
      <UnreadableNotice count={unreadable} />
      <ol>
        {ofDay.map((saver) => (
          <li key={saver.id} className="border-b border-line sm:border-b-0">
            <EntryEditor saver={saver} isNew={saver.id === newest} />
          </li>
        ))}
      </ol>
      <div className="grid sm:grid-cols-[5.5rem_minmax(0,1fr)]">
        <div className="border-margin py-6 sm:col-start-2 sm:border-s-2 sm:ps-7 sm:pb-10">
          <Button look="secondary" onClick={begin}>
            <Plus aria-hidden className="size-4.5" />
            {t("new")}
          </Button>
        </div>
      </div>
    </>
  );
}

function EntryLoading() {
  return (
    <div className="grid sm:grid-cols-[5.5rem_minmax(0,1fr)]">
      <div className="grid content-start gap-4 border-margin py-6 sm:col-start-2 sm:border-s-2 sm:ps-7">
        <div className="h-5 w-1/3 animate-breathe rounded-sm bg-line" />
        <div className="h-8 w-2/3 animate-breathe rounded-sm bg-line" />
      </div>
    </div>
  );
}
