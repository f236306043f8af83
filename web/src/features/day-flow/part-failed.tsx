"use client";

import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Notice } from "@/components/notice.tsx";
import { useFailure } from "@/lib/failure.ts";

/** Stands where a part of the day would be that could not be read, while all others can. */
export function PartFailed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useTranslations("dayFlow");
  const words = useTranslations("common");
  const { explain } = useFailure();
  return (
    <Notice tone="danger">
      <p>{t("partFailed", { reason: explain(error) })}</p>
      <div className="mt-1">
        <Button look="secondary" onClick={onRetry}>
          {words("tryAgain")}
        </Button>
      </div>
    </Notice>
  );
}
