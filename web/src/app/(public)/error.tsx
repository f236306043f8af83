"use client";

import { PageFailed } from "@/components/page-failed.tsx";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <main id="content" className="mx-auto max-w-reading px-6 py-10 sm:py-20">
      <PageFailed onRetry={reset} />
    </main>
  );
}
