"use client";

import { useTranslations } from "use-intl";
import { PageState } from "@/components/page-state.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useAction } from "@/lib/use-action.ts";
import { LinkPage } from "./link-page.tsx";

/** Stops a change of address, or takes it back. */
export function KeepEmail() {
  const t = useTranslations("join.keepEmail");
  const { api } = useTimos();
  const { mutate, isPending, data, error } = useAction({
    mutationFn: (token: string) => api.emailChange.cancel({ body: { token } }),
  });
  if (data?.outcome === "cancelled") {
    return (
      <PageState title={t("cancelledTitle")}>
        <p>{t("cancelled")}</p>
      </PageState>
    );
  }
  if (data?.outcome === "undone") {
    return (
      <PageState title={t("undoneTitle")}>
        <p>{t("undone")}</p>
        <p>{t("removed")}</p>
        <p>{t("letter")}</p>
      </PageState>
    );
  }
  return (
    <LinkPage
      title={t("title")}
      label={t("label")}
      isPending={isPending}
      error={error}
      act={mutate}
    >
      <p>{t("stopped")}</p>
      <p>{t("takenBack")}</p>
    </LinkPage>
  );
}
