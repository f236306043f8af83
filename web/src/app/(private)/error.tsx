"use client";

import { PageFailed } from "@/components/page-failed.tsx";

/** Within the private frame, so that entries still to be saved outlive the page that failed. */
export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return <PageFailed onRetry={reset} />;
}
