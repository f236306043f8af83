"use client";

import { Button } from "./button.tsx";
import { PageState } from "./page-state.tsx";

/** Stands where a page was that threw while it was shown. */
export function PageFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <PageState
      title="This page failed"
      actions={
        <>
          <Button onClick={onRetry}>Try again</Button>
          <Button look="secondary" onClick={() => location.reload()}>
            Load it anew
          </Button>
        </>
      }
    >
      <p>Something went wrong in the browser. What was saved is safe on the server.</p>
    </PageState>
  );
}
