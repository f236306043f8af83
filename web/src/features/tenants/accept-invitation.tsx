"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { LinkPage } from "@/features/auth/link-page.tsx";
import { useLinkToken } from "@/features/auth/link-token.ts";
import { useSession, useTimos } from "@/lib/client.tsx";
import { useAction } from "@/lib/use-action.ts";

/** Moves whoever is signed in into the tenant that invited their address. */
export function AcceptInvitation() {
  const t = useTranslations("join.invite");
  const { api } = useTimos();
  const state = useSession();
  // Taken before the sign-in that may have to come first.
  useLinkToken();
  const { mutate, isPending, isSuccess, data, error } = useAction({
    mutationFn: (token: string) => api.tenants.acceptInvitation({ body: { token } }),
  });
  if (isSuccess) {
    return (
      <PageState
        title={t("doneTitle", { name: data.name })}
        actions={
          <Link href="/today" className={buttonLook()}>
            {t("toJournal")}
          </Link>
        }
      >
        <p>{t("done")}</p>
      </PageState>
    );
  }
  if (state.status === "signed_out" || state.status === "over") return <SignInFirst />;
  return (
    <LinkPage
      title={t("title")}
      label={t("label")}
      isPending={isPending}
      isEarly={state.status === "starting"}
      error={error}
      act={mutate}
    >
      <p>{t("move")}</p>
      <p>{t("sees")}</p>
    </LinkPage>
  );
}

function SignInFirst() {
  const t = useTranslations("join.invite");
  const words = useTranslations("common");
  return (
    <PageState
      title={t("signInTitle")}
      actions={
        <>
          <Link href="/sign-in?next=/invite" className={buttonLook()}>
            {words("signIn")}
          </Link>
          <Link href="/sign-up" className={buttonLook("secondary")}>
            {t("begin")}
          </Link>
        </>
      }
    >
      <p>{t("forAddress")}</p>
      <p>{t("openAgain")}</p>
    </PageState>
  );
}
