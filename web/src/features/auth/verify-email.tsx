"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { ApiError } from "@/lib/api.ts";
import { useSession, useTimos } from "@/lib/client.tsx";
import { remembered } from "@/lib/remembered.ts";
import { useAction } from "@/lib/use-action.ts";
import { LinkPage } from "./link-page.tsx";
import { ResendByAddress } from "./resend-by-address.tsx";
import { SignedUpElsewhere } from "./signed-up-elsewhere.tsx";

/**
 * Confirms the address by the token in the link, and signs in. Elsewhere than in the browser that signed up it takes the
 * password: whoever presses the link of a stranger's sign-up must not complete it for them.
 */
export function VerifyEmail() {
  const t = useTranslations("join.verify");
  const words = useTranslations("join");
  const router = useRouter();
  const { api, session } = useTimos();
  const { status } = useSession();
  const { mutate, isPending, isSuccess, error, variables } = useAction({
    mutationFn: (token: string) => api.auth.verifyEmail({ body: { token, signedUpHere: true } }),
    onSuccess: (data) => {
      // As the API does whose account begins here.
      remembered.set(true);
      session.accept(data);
      router.replace("/today");
    },
  });
  if (error instanceof ApiError && error.code === "password_required") {
    const useless = <Unconfirmed title={words("goneTitle")} />;
    return <SignedUpElsewhere token={variables ?? ""} useless={useless} />;
  }
  return (
    <LinkPage
      title={t("title")}
      label={t("label")}
      isPending={isPending || isSuccess}
      // The session's own first question must be answered: its answer would overtake this one's.
      isEarly={status === "starting"}
      error={error}
      act={mutate}
      useless={(title) => <Unconfirmed title={title} />}
    >
      <p>{t("text")}</p>
    </LinkPage>
  );
}

function Unconfirmed({ title }: { title: string }) {
  const t = useTranslations();
  return (
    <div className="grid gap-6">
      <PageState
        title={title}
        actions={
          <Link href="/sign-in" className={buttonLook("secondary")}>
            {t("common.signIn")}
          </Link>
        }
      >
        <p>{t("join.verify.useless")}</p>
      </PageState>
      <ResendByAddress />
    </div>
  );
}
