"use client";

import { useFailure } from "@/lib/failure.ts";
import { Notice } from "./notice.tsx";

/** Why something did not work; nothing as long as it did. */
export function Failure({ of: error }: { of: unknown }) {
  const { explain } = useFailure();
  if (error === null || error === undefined) return null;
  return (
    <Notice tone="danger">
      <p>{explain(error)}</p>
    </Notice>
  );
}
