"use client";

import type { Entry } from "@timos/api/contract";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { Notice } from "@/components/notice.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useUser } from "@/features/account/use-user.ts";
import { ago } from "./ago.ts";
import type { Draft } from "./draft.ts";
import type { EntrySaver } from "./entry-saver.ts";
import { useRestoreVersion } from "./use-restore-version.ts";
import { useVersions, type Versions } from "./use-versions.ts";
import { VersionDiff } from "./version-diff.tsx";

interface Props {
  saver: EntrySaver;
  /** The entry as it is on the screen. */
  present: Draft;
  onClose: () => void;
}

/** What an entry was before, what changed since, and the way back. */
export default function EntryHistory({ saver, present, onClose }: Props) {
  const t = useTranslations("writing.history");
  const versions = useVersions(saver.id);
  return (
    <Dialog title={t("title")} onDismiss={onClose} width="wide">
      <Loaded query={versions}>
        {(found) => (
          <>
            {found.unreadable > 0 && (
              <Notice tone="danger">
                <p>{t("unreadable", { count: found.unreadable })}</p>
              </Notice>
            )}
            {found.items.length === 0 ? (
              <p className="max-w-reading text-soft">{t("none")}</p>
            ) : (
              <Chosen
                found={found}
                present={present}
                saver={saver}
                onClose={onClose}
                more={
                  versions.hasNextPage && (
                    <Button
                      look="quiet"
                      busyLabel={versions.isFetchingNextPage && t("moreBusy")}
                      onClick={() => void versions.fetchNextPage()}
                    >
                      {t("more")}
                    </Button>
                  )
                }
              />
            )}
          </>
        )}
      </Loaded>
      {!versions.data?.items.length && (
        <div>
          <Button look="secondary" onClick={onClose}>
            {t("close")}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

interface ChosenProps extends Props {
  found: Versions;
  more: ReactNode;
}

function Chosen({ found, present, saver, more, onClose }: ChosenProps) {
  const t = useTranslations("writing.history");
  const { restore, isBusy, fault } = useRestoreVersion(saver);
  const [rev, setRev] = useState(found.items[0]?.rev);
  const whenOf = useWhen();
  const chosen = found.items.find((version) => version.rev === rev) ?? found.items[0];
  return (
    <>
      <div className="grid gap-5 md:grid-cols-[15rem_minmax(0,1fr)]">
        <div className="grid content-start gap-2 max-md:max-h-[26dvh] max-md:overflow-y-auto max-md:border-b max-md:border-line max-md:pb-2 md:max-h-[60dvh] md:overflow-y-auto md:border-e md:border-line md:pe-3">
          <ul aria-label={t("versions")} className="grid gap-0.5">
            {found.items.map((version) => (
              <li key={version.rev}>
                <VersionButton
                  version={version}
                  isChosen={version === chosen}
                  onChoose={() => setRev(version.rev)}
                />
              </li>
            ))}
          </ul>
          {more}
        </div>
        {chosen && (
          <VersionDiff
            key={chosen.rev}
            version={chosen}
            present={present}
            heading={t("sinceThen", { when: whenOf(chosen).exact })}
          />
        )}
      </div>
      {fault !== null && (
        <Notice tone="danger">
          <p>{fault}</p>
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-3">
        {chosen && (
          <Button
            busyLabel={isBusy && t("restoring")}
            onClick={() => void restore(chosen.rev).then((isDone) => isDone && onClose())}
          >
            {t("restore")}
          </Button>
        )}
        <Button look="quiet" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
    </>
  );
}

interface VersionButtonProps {
  version: Entry;
  isChosen: boolean;
  onChoose: () => void;
}

function VersionButton({ version, isChosen, onChoose }: VersionButtonProps) {
  const t = useTranslations("writing.history");
  const { short, exact } = useWhen()(version);
  const count = version.body.match(/\S+/g)?.length ?? 0;
  return (
    <button
      type="button"
      aria-current={isChosen ? "true" : undefined}
      onClick={onChoose}
      className="grid min-h-11 w-full gap-0.5 rounded-md px-3 py-2 text-start transition-colors hover:bg-wash aria-[current]:bg-wash aria-[current]:text-accent"
    >
      <span className="font-medium first-letter:uppercase">{short}</span>
      <span className="text-sm text-soft">
        {[short !== exact && exact, t("words", { count })].filter(Boolean).join(" · ")}
      </span>
    </button>
  );
}

/** When a state was written, for somebody who looks for it: how long ago that is, or the day. */
function useWhen() {
  const { dateLocale } = useUser();
  const { at } = useInstant();
  const [now] = useState(() => Date.now());
  return ({ updatedAt }: Entry) => {
    const exact = at(updatedAt);
    return { short: ago(Date.parse(updatedAt), now, dateLocale) ?? exact, exact };
  };
}
