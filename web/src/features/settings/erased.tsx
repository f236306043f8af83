"use client";

import { useSyncExternalStore } from "react";
import { useLocale, useTranslations } from "use-intl";
import { PageState } from "@/components/page-state.tsx";
import { dateLocaleOf } from "@/i18n/locale.ts";
import { formatDay } from "@/lib/day.ts";
import { receiptIn } from "./receipt.ts";

function onHashChange(listener: () => void) {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

const LONG = { day: "numeric", month: "long", year: "numeric" } as const;

/** What somebody has in hand whose account is gone. */
export function Erased() {
  const t = useTranslations("erased");
  const locale = dateLocaleOf("", useLocale());
  const fragment = useSyncExternalStore<string | null>(
    onHashChange,
    () => location.hash,
    () => null,
  );
  const receipt = fragment === null ? null : receiptIn(fragment);
  return (
    <PageState title={t("title")}>
      {receipt === null ? (
        <p>{fragment !== null && t("noReceipt")}</p>
      ) : (
        <>
          <p>{t("text")}</p>
          <dl className="mt-4 grid gap-4 text-base text-ink">
            <div>
              <dt className="text-sm text-soft">{t("number")}</dt>
              <dd className="font-mono [overflow-wrap:anywhere]">{receipt.id}</dd>
            </div>
            <div>
              <dt className="text-sm text-soft">{t("requested")}</dt>
              <dd>
                {new Intl.DateTimeFormat(locale, {
                  ...LONG,
                  hour: "2-digit",
                  minute: "2-digit",
                  timeZoneName: "short",
                }).format(new Date(receipt.requestedAt))}
              </dd>
            </div>
            <div>
              <dt className="text-sm text-soft">{t("unreadable")}</dt>
              <dd>{formatDay(receipt.unreadableAfter, locale, LONG)}</dd>
            </div>
          </dl>
        </>
      )}
    </PageState>
  );
}
