"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useAction } from "@/lib/use-action.ts";
import { LinkPage } from "./link-page.tsx";

/** Uses the address to which the link was mailed. */
export function ConfirmEmail() {
  const t = useTranslations("join.confirmEmail");
  const { api } = useTimos();
  const { mutate, isPending, isSuccess, error } = useAction({
    mutationFn: (token: string) => api.emailChange.confirm({ body: { token } }),
  });
  if (isSuccess) {
    return (
      <PageState
        title={t("doneTitle")}
        actions={
          <Link href="/sign-in" className={buttonLook()}>
            {t("goOn")}
          </Link>
        }
      >
        <p>{t("done")}</p>
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
      <p>{t("text")}</p>
      <p>{t("others")}</p>
      <p>{t("notYou")}</p>
    </LinkPage>
  );
}
