import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { Skeleton } from "@/components/skeleton.tsx";
import { UnreachableError } from "@/lib/api.ts";
import { useFailure } from "@/lib/failure.ts";

export function DayLoading() {
  const t = useTranslations("journal.day");
  return (
    <div className="sm:ps-[7.375rem]">
      <Skeleton
        label={t("opening")}
        lines={["h-4 w-32", "h-12 w-64 max-w-full", "mt-8 h-6 w-1/2", "h-4 w-full", "h-4 w-5/6"]}
      />
    </div>
  );
}

export function DayFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useTranslations("journal.day");
  const words = useTranslations("common");
  const { explain } = useFailure();
  return (
    <div className="sm:ps-[7.375rem]">
      <PageState
        title={error instanceof UnreachableError ? t("offline") : t("failed")}
        actions={<Button onClick={onRetry}>{words("tryAgain")}</Button>}
      >
        <p>{explain(error)}</p>
      </PageState>
    </div>
  );
}
