"use client";

import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import type { Stored } from "@/lib/saver/save-machine.ts";
import { ConflictSide } from "./conflict-side.tsx";
import type { Draft } from "./draft.ts";
import type { EntrySaver } from "./entry-saver.ts";
import { useOpenEntries } from "./open-entries-provider.tsx";

interface Props {
  saver: EntrySaver;
  mine: Draft;
  /** Null when the entry was moved to the trash elsewhere. */
  theirs: Stored<Draft> | null;
  onClose: () => void;
}

/** Two versions of one entry, side by side. Nothing is decided until the person decides. */
export default function ConflictDialog({ saver, mine, theirs, onClose }: Props) {
  const t = useTranslations("journal.conflict");
  const entries = useOpenEntries();
  const decide = (keep: "mine" | "theirs") => {
    saver.resolve(keep);
    saver.flush();
    onClose();
  };

  if (theirs === null) {
    return (
      <Dialog title={t("trashedTitle")} onDismiss={onClose}>
        <ConflictSide heading={t("mine")} draft={mine} other={null} />
        <div className="flex flex-wrap gap-3">
          <Button onClick={() => decide("mine")}>{t("keepMine")}</Button>
          <Button
            look="danger"
            onClick={() => {
              entries.drop(saver.id);
              onClose();
            }}
          >
            {t("letGo")}
          </Button>
          <Button look="quiet" onClick={onClose}>
            {t("later")}
          </Button>
        </div>
      </Dialog>
    );
  }

  const keepBoth = () => {
    // Mine is safe in an entry of its own before this one lets go of it.
    entries.createWith(mine);
    decide("theirs");
  };
  return (
    <Dialog title={t("title")} onDismiss={onClose} width="wide">
      <p className="max-w-reading text-soft">{t("text")}</p>
      <div className="grid gap-4 md:grid-cols-2">
        <ConflictSide heading={t("mine")} draft={mine} other={theirs.fields} />
        <ConflictSide heading={t("theirs")} draft={theirs.fields} other={mine} />
      </div>
      <div className="sticky -bottom-6 -mx-6 -mb-6 flex flex-wrap gap-3 border-t border-line bg-page px-6 py-4">
        <Button onClick={keepBoth}>{t("keepBoth")}</Button>
        <Button look="secondary" onClick={() => decide("mine")}>
          {t("keepMine")}
        </Button>
        <Button look="secondary" onClick={() => decide("theirs")}>
          {t("keepOther")}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {t("later")}
        </Button>
      </div>
    </Dialog>
  );
}
