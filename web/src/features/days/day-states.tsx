import { Button } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { Skeleton } from "@/components/skeleton.tsx";
import { UnreachableError } from "@/lib/api.ts";
import { explain } from "@/lib/failure.ts";

export function DayLoading() {
  return (
    <div className="sm:ps-[7.375rem]">
      <Skeleton
        label="Opening the day"
        lines={["h-4 w-32", "h-12 w-64 max-w-full", "mt-8 h-6 w-1/2", "h-4 w-full", "h-4 w-5/6"]}
      />
    </div>
  );
}

export function DayFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <div className="sm:ps-[7.375rem]">
      <PageState
        title={error instanceof UnreachableError ? "You are offline" : "This day did not open"}
        actions={<Button onClick={onRetry}>Try again</Button>}
      >
        <p>{explain(error)}</p>
      </PageState>
    </div>
  );
}
