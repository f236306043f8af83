"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageState } from "@/components/page-state.tsx";
import { ApiError } from "@/lib/api.ts";
import { useFailure } from "@/lib/failure.ts";
import { useLinkToken } from "./link-token.ts";

interface Props {
  title: string;
  children: ReactNode;
  label: string;
  isPending: boolean;
  error: Error | null;
  act: (token: string) => void;
  /** While true the button waits. */
  isEarly?: boolean;
  /** Shown in place of the page when the link is of no use, under the title that says why. */
  useless?: (title: string) => ReactNode;
}

/** What a mailed link does, which happens at the press of a button: programs that look into mails open links too. */
export function LinkPage({
  title,
  children,
  label,
  isPending,
  error,
  act,
  isEarly = false,
  useless,
}: Props) {
  const t = useTranslations();
  const { explain } = useFailure();
  const token = useLinkToken();
  if (token === null) {
    const title = t("join.wholeTitle");
    return (
      useless?.(title) ?? (
        <PageState title={title}>
          <p>{t("join.whole")}</p>
        </PageState>
      )
    );
  }
  if (error instanceof ApiError && (error.code === "gone" || error.code === "invalid_request")) {
    const title = t("join.goneTitle");
    return (
      useless?.(title) ?? (
        <PageState title={title}>
          <p>{t("join.gone")}</p>
        </PageState>
      )
    );
  }
  return (
    <div className="grid gap-6">
      {error && (
        <Notice tone="danger">
          <p>{explain(error)}</p>
        </Notice>
      )}
      <PageState
        title={title}
        actions={
          <Button
            busyLabel={isPending && t("common.oneMoment")}
            disabled={token === undefined || isEarly}
            onClick={() => token !== undefined && act(token)}
          >
            {label}
          </Button>
        }
      >
        {children}
      </PageState>
    </div>
  );
}
