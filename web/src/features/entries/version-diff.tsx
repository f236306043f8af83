"use client";

import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { sameValue } from "@/lib/saver/same-value.ts";
import { DiffText } from "./diff-text.tsx";
import type { Draft } from "./draft.ts";
import { aroundChanges, diffOf } from "./text-diff.ts";

interface Props {
  version: Draft;
  present: Draft;
  heading: string;
}

/** What is different between an earlier state of an entry and the one on the screen. */
export function VersionDiff({ version, present, heading }: Props) {
  const t = useTranslations("writing.history");
  const [isWhole, setIsWhole] = useState(false);
  const pieces = useMemo(() => diffOf(version.body, present.body), [version.body, present.body]);
  const near = aroundChanges(pieces);
  const details = DETAILS.filter(([, field]) => !sameValue(version[field], present[field])).map(
    ([name]) => t(`details.${name}`),
  );
  return (
    <section aria-label={heading} className="grid min-w-0 content-start gap-3">
      <h3 className="text-sm font-medium text-soft">{heading}</h3>
      {version.title !== present.title && (
        <p className="font-serif text-title font-medium break-words">
          <DiffText pieces={diffOf(version.title, present.title)} />
        </p>
      )}
      <div
        tabIndex={0}
        role="group"
        aria-label={heading}
        className="max-h-[44dvh] overflow-y-auto font-serif text-lg break-words whitespace-pre-wrap"
      >
        <DiffText pieces={isWhole ? pieces : near} />
      </div>
      {!isWhole && near.includes(null) && (
        <div>
          <Button look="quiet" className="-ms-2.5" onClick={() => setIsWhole(true)}>
            {t("whole")}
          </Button>
        </div>
      )}
      <p className="text-sm text-soft">
        {pieces.every(({ is }) => is === "same") ? t("same") : t("legend")}
        {details.length > 0 && ` ${t("otherDetails", { details: details.join(", ") })}`}
      </p>
    </section>
  );
}

const DETAILS = [
  ["day", "day"],
  ["time", "time"],
  ["tags", "tags"],
  ["pillars", "pillarIds"],
  ["mood", "moodId"],
  ["starred", "starred"],
  ["completed", "completed"],
] as const;
