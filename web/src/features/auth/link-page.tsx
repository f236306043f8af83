"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/button.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageState } from "@/components/page-state.tsx";
import { ApiError } from "@/lib/api.ts";
import { explain } from "@/lib/failure.ts";
import { useLinkToken } from "./link-token.ts";

interface Props {
  title: string;
  children: ReactNode;
  label: string;
  busyLabel: string;
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
  busyLabel,
  isPending,
  error,
  act,
  isEarly = false,
  useless,
}: Props) {
  const token = useLinkToken();
  if (token === null) {
    const title = "This link is not whole";
    return (
      useless?.(title) ?? (
        <PageState title={title}>
          <p>Open the link in the letter itself.</p>
        </PageState>
      )
    );
  }
  if (error instanceof ApiError && (error.code === "gone" || error.code === "invalid_request")) {
    const title = "This link is used or has expired";
    return (
      useless?.(title) ?? (
        <PageState title={title}>
          <p>Nothing was changed.</p>
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
            busyLabel={isPending && busyLabel}
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
