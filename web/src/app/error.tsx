"use client";

import { Button } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <main id="content" className="mx-auto grid max-w-reading gap-10 px-6 py-10 sm:py-20">
      <PageState
        title="This page failed"
        actions={
          <>
            <Button onClick={reset}>Try again</Button>
            <Button look="secondary" onClick={() => location.reload()}>
              Load it anew
            </Button>
          </>
        }
      >
        <p>Something went wrong in the browser. What was saved is safe on the server.</p>
      </PageState>
    </main>
  );
}
