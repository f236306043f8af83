import { Star } from "lucide-react";
import Link from "next/link";
import { memo, useMemo } from "react";
import { useTranslations } from "use-intl";
import { entryAnchor } from "@/features/entries/entry-anchor.ts";
import { partsOf } from "@/features/on-this-day/markdown-parts.ts";
import { formatDay } from "@/lib/day.ts";
import type { Row } from "./rows.ts";

/** More than three lines of it are never seen. */
const SEEN = 400;

interface Props {
  row: Row;
  locale: string;
}

/** A month's name, or an entry beside the margin, with its day where that is a new one. */
export const TimelineRow = memo(function TimelineRow({ row, locale }: Props) {
  if (row.kind === "month") {
    return (
      <h2 className="pt-6 pb-2 font-serif text-title font-medium break-after-avoid sm:ps-[7.375rem]">
        {formatDay(row.month, locale, { month: "long", year: "numeric" })}
      </h2>
    );
  }
  const { entry, isFirst } = row;
  return (
    <div className="grid break-inside-avoid sm:grid-cols-[5.5rem_minmax(0,1fr)]">
      <div className="max-sm:pt-3 sm:pe-4 sm:pt-3.5 sm:text-end">
        {isFirst && <DayName day={entry.day} locale={locale} />}
      </div>
      <div className="border-margin sm:border-s-2 sm:ps-4">
        <Link
          href={`/day/${entry.day}#${entryAnchor(entry.id)}`}
          prefetch={false}
          className="-mx-3 grid gap-0.5 rounded-md px-3 py-3 transition-colors hover:bg-wash sm:mx-0"
        >
          <Entry entry={entry} />
        </Link>
      </div>
    </div>
  );
});

function DayName({ day, locale }: { day: string; locale: string }) {
  return (
    <h3 className="flex items-baseline gap-2 sm:justify-end">
      <span aria-hidden className="text-sm text-faint">
        {formatDay(day, locale, { weekday: "short" })}
      </span>
      <span aria-hidden className="font-serif text-title leading-none font-medium tabular-nums">
        {Number(day.slice(8))}
      </span>
      <span className="sr-only">
        {formatDay(day, locale, { weekday: "long", day: "numeric", month: "long" })}
      </span>
    </h3>
  );
}

function Entry({ entry }: { entry: Extract<Row, { kind: "entry" }>["entry"] }) {
  const t = useTranslations("library.timeline");
  const { time, title, body, tags, starred } = entry;
  const parts = useMemo(() => partsOf(body.trim().slice(0, SEEN)), [body]);
  return (
    <>
      {(time !== null || starred) && (
        <span className="flex items-center gap-2 text-sm text-faint tabular-nums">
          {time}
          {starred && (
            <Star role="img" aria-label={t("starred")} className="size-3.5 fill-star text-star" />
          )}
        </span>
      )}
      {title !== "" && <span className="text-lg font-medium text-ink">{title}</span>}
      {parts.length > 0 ? (
        <span className="line-clamp-3 font-serif text-lg text-soft [overflow-wrap:anywhere]">
          {parts.map(({ text, look }, index) => (
            <span key={index} className={look}>
              {text}
            </span>
          ))}
        </span>
      ) : (
        title === "" && <span className="font-serif text-lg text-faint italic">{t("blank")}</span>
      )}
      {tags.length > 0 && (
        <span className="pt-0.5 text-sm text-faint">{tags.map((tag) => `#${tag}`).join("  ")}</span>
      )}
    </>
  );
}
