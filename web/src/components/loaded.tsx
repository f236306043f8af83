"use client";

import type { UseInfiniteQueryResult, UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { ApiError, UnreachableError } from "@/lib/api.ts";
import { useFailure } from "@/lib/failure.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { PageState } from "./page-state.tsx";
import { Skeleton } from "./skeleton.tsx";

const LINES = ["h-5 w-2/5", "h-4 w-full", "h-4 w-11/12", "h-4 w-3/4"];

interface Props<T> {
  query: UseQueryResult<T> | UseInfiniteQueryResult<T>;
  /** Its shape while it is on its way; lines of text when left out. */
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}

/** Shows what was asked for, or that it is on its way, did not come, or is not for this person. */
export function Loaded<T>({ query, loading, children }: Props<T>) {
  const t = useTranslations("lists");
  const words = useTranslations("common");
  const { explain } = useFailure();
  const { data, error } = query;

  if (data !== undefined) {
    return (
      <>
        {error instanceof UnreachableError && (
          <Notice>
            <p>{t("stale")}</p>
          </Notice>
        )}
        {children(data)}
      </>
    );
  }
  if (error === null) return loading ?? <Skeleton label={t("loading")} lines={LINES} />;
  if (error instanceof ApiError && error.code === "forbidden") {
    return (
      <PageState level={2} title={t("forbiddenTitle")}>
        <p>{t("forbidden")}</p>
      </PageState>
    );
  }
  return (
    <PageState
      level={2}
      title={error instanceof UnreachableError ? t("offlineTitle") : t("failedTitle")}
      actions={<Button onClick={() => void query.refetch()}>{words("tryAgain")}</Button>}
    >
      <p role="alert">{explain(error)}</p>
    </PageState>
  );
}

interface PagesProps<T> {
  query: UseInfiniteQueryResult<{ items: T[] }>;
  /** Said when there is nothing. */
  none: string;
  children: (items: T[]) => ReactNode;
}

/** What came of a long list, and a button for more. */
export function LoadedPages<T>({ query, none, children }: PagesProps<T>) {
  const t = useTranslations("lists");
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="text-soft">{none}</p>
        ) : (
          <div className="grid justify-items-start gap-5">
            <div className="w-full">{children(items)}</div>
            {query.hasNextPage && (
              <Button
                look="secondary"
                busyLabel={query.isFetchingNextPage && t("moreBusy")}
                onClick={() => void query.fetchNextPage()}
              >
                {t("more")}
              </Button>
            )}
          </div>
        )
      }
    </Loaded>
  );
}
