"use client";

import { type ReactNode, useSyncExternalStore } from "react";
import { Button } from "@/components/button.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageState } from "@/components/page-state.tsx";
import { ApiError } from "@/lib/api.ts";
import { explain } from "@/lib/failure.ts";
import { linkToken } from "./link-token.ts";

interface Props {
  title: string;
  children: ReactNode;
  label: string;
  busyLabel: string;
  isPending: boolean;
  error: Error | null;
  act: (token: string) => void;
}

/** What a mailed link does, which happens at the press of a button: programs that look into mails open links too. */
export function LinkPage({ title, children, label, busyLabel, isPending, error, act }: Props) {
  const token = useSyncExternalStore(linkToken.subscribe, linkToken.get, () => undefined);
  if (token === null) {
    return (
      <PageState title="This link is not whole">
        <p>Open the link in the letter itself.</p>
      </PageState>
    );
  }
  if (error instanceof ApiError && (error.code === "gone" || error.code === "invalid_request")) {
    return (
      <PageState title="This link is used or has expired">
        <p>Nothing was changed.</p>
      </PageState>
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
            disabled={token === undefined}
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
