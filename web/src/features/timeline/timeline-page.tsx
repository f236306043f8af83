"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { Button, buttonLook } from "@/components/button.tsx";
import { Failure } from "@/components/failure.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Empty } from "@/features/library/empty.tsx";
import { Unreadable } from "@/features/library/unreadable.tsx";
import { Timeline } from "./timeline.tsx";
import { useTimeline } from "./use-timeline.ts";

/** All that was written, the newest first. */
export function TimelinePage() {
  const t = useTranslations("library.timeline");
  const places = useTranslations("journal.places");
  const words = useTranslations("common");
  const timeline = useTimeline();
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = timeline;
  return (
    <div data-printed>
      <PageHeading title={places("entries")}>{t("hint")}</PageHeading>
      <Loaded query={timeline}>
        {({ entries, unreadable }) => (
          <>
            <Unreadable count={unreadable} />
            {entries.length === 0 ? (
              <Empty title={t("none")} hint={t("noneHint")}>
                <Link href="/today" className={`${buttonLook("secondary")} justify-self-start`}>
                  {words("goToToday")}
                </Link>
              </Empty>
            ) : (
              <Timeline
                entries={entries}
                onNearEnd={() => {
                  if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) {
                    void fetchNextPage();
                  }
                }}
              />
            )}
            {isFetchNextPageError && (
              <div className="grid justify-items-start gap-3 py-6 sm:ps-[7.375rem]">
                <Failure of={timeline.error} />
                <Button look="secondary" onClick={() => void fetchNextPage()}>
                  {words("tryAgain")}
                </Button>
              </div>
            )}
            <p role="status" className="py-6 text-soft sm:ps-[7.375rem] print:hidden">
              {isFetchingNextPage && t("older")}
              {entries.length > 0 && !hasNextPage && t("beginning")}
            </p>
          </>
        )}
      </Loaded>
    </div>
  );
}
