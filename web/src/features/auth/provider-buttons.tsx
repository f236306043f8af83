"use client";

import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Notice } from "@/components/notice.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { useAction, useAnswer } from "@/lib/use-action.ts";

/** One button for each provider that is configured; nothing when none is. */
export function ProviderButtons() {
  const t = useTranslations("auth.signIn");
  const { explain } = useFailure();
  const { api } = useTimos();
  const { data } = useAnswer(() => api.oauth.providers());
  const start = useAction({
    mutationFn: (provider: NonNullable<typeof data>["items"][number]["name"]) =>
      api.oauth.start({ params: { provider }, body: {} }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <div className="grid gap-3">
      {start.error && (
        <Notice tone="danger">
          <p>{explain(start.error)}</p>
        </Notice>
      )}
      {data.items.map(({ name, label }) => (
        <Button
          key={name}
          look="secondary"
          disabled={start.isPending}
          onClick={() => start.mutate(name)}
        >
          {t("provider", { provider: label })}
        </Button>
      ))}
    </div>
  );
}
