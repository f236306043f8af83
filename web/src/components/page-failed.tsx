"use client";

import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import { PageState } from "./page-state.tsx";

/** Stands where a page was that threw while it was shown. */
export function PageFailed({ onRetry }: { onRetry: () => void }) {
  const t = useTranslations("common");
  return (
    <PageState
      title={t("failedTitle")}
      actions={
        <>
          <Button onClick={onRetry}>{t("tryAgain")}</Button>
          <Button look="secondary" onClick={() => location.reload()}>
            {t("loadAnew")}
          </Button>
        </>
      }
    >
      <p>{t("failed")}</p>
    </PageState>
  );
}
