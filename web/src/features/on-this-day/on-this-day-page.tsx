"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { signed } from "@/components/charts/numbers.ts";
import { Checkbox } from "@/components/checkbox.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { linkLook } from "@/components/rich-text.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { Empty } from "@/features/library/empty.tsx";
import { Unreadable } from "@/features/library/unreadable.tsx";
import { useDayNames, useToday } from "@/features/library/use-today.ts";
import { useTimos } from "@/lib/client.tsx";
import { formatDay } from "@/lib/day.ts";
import { excerptOf } from "./excerpt.ts";
import { partsOf } from "./markdown-parts.ts";

type LookBack = Awaited<
  ReturnType<ReturnType<typeof useTimos>["api"]["onThisDay"]["get"]>
>["items"][number];

export function OnThisDayPage() {
  const t = useTranslations("library.onThisDay");
  const places = useTranslations("journal.places");
  const words = useTranslations("common");
  const { dateLocale } = useUser();
  const { api } = useTimos();
  const day = useToday();
  const [isGentle, setIsGentle] = useState(false);
  const view = useQuery({
    queryKey: ["journal", "on-this-day", day, isGentle],
    queryFn: ({ signal }) =>
      api.onThisDay.get({ query: { day, excludeBad: isGentle ? "true" : "false" }, signal }),
    placeholderData: (before) => before,
  });
  return (
    <>
      <PageHeading title={places("onThisDay")}>
        {t("hint", { day: formatDay(day, dateLocale, { day: "numeric", month: "long" }) })}
      </PageHeading>
      <div className="grid gap-8">
        <Loaded query={view}>
          {({ items, isComplete, unreadable }) => (
            <>
              <Unreadable count={unreadable} />
              {items.length === 0 && !isGentle && (
                <Empty title={t("none")} hint={t("noneHint")}>
                  <Link href="/today" className={`${buttonLook("secondary")} justify-self-start`}>
                    {words("goToToday")}
                  </Link>
                </Empty>
              )}
              {(items.length > 0 || isGentle) && (
                <Checkbox
                  name="gentle"
                  hint={t("gentleHint")}
                  checked={isGentle}
                  onChange={(event) => setIsGentle(event.target.checked)}
                >
                  {t("gentle")}
                </Checkbox>
              )}
              {items.length === 0 && isGentle && <p className="text-soft">{t("noneLeft")}</p>}
              {!isComplete && (
                <Notice>
                  <p>{t("incomplete")}</p>
                </Notice>
              )}
              <ol>
                {items.map((item) => (
                  <FormerDay key={item.day} item={item} />
                ))}
              </ol>
            </>
          )}
        </Loaded>
      </div>
    </>
  );
}

const AGO = { week: "week", month: "month", half_year: "halfYear" } as const;

/** A day that is looked back on, beside the margin of its page. */
function FormerDay({ item }: { item: LookBack }) {
  const t = useTranslations("library.onThisDay");
  const { dateLocale } = useUser();
  const { whole } = useDayNames();
  const { day, ago, grade, mood, mentalState, entries } = item;
  const title = ago.unit === "year" ? t("years", { count: ago.count }) : t(AGO[ago.unit]);
  const facts = [
    grade && t("grade", { grade }),
    mood !== null && t("mood", { mood: signed(mood, dateLocale) }),
    mentalState !== null && t("mentalState", { score: mentalState }),
  ].filter(Boolean);
  return (
    <li className="border-s-2 border-margin pb-10 ps-5 last:pb-2 sm:ps-7">
      <h2 className="font-serif text-title font-medium">{title}</h2>
      <p className="flex flex-wrap gap-x-3 text-soft">
        <Link href={`/day/${day}`} className={`${linkLook} py-1`}>
          {whole(day)}
        </Link>
        {facts.length > 0 && <span className="py-1">{facts.join(" · ")}</span>}
      </p>
      {entries.length === 0 && <p className="pt-3 text-faint italic">{t("noEntries")}</p>}
      {entries.map((entry) => {
        const { text, isCut } = excerptOf(entry.body);
        return (
          <article key={entry.id} className="grid max-w-reading gap-1.5 pt-4">
            {entry.title !== "" && <h3 className="text-lg font-medium">{entry.title}</h3>}
            <p className="font-serif text-prose whitespace-pre-wrap [overflow-wrap:anywhere]">
              {partsOf(text).map(({ text: words, look }, index) => (
                <span key={index} className={look}>
                  {words}
                </span>
              ))}
            </p>
            {isCut && (
              <Link
                href={`/day/${day}`}
                aria-label={t("readOnName", { title: entry.title || whole(day) })}
                className={`${linkLook} justify-self-start py-1`}
              >
                {t("readOn")}
              </Link>
            )}
          </article>
        );
      })}
    </li>
  );
}
