"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { Skeleton } from "@/components/skeleton.tsx";
import { useSession, useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { useAnswer } from "@/lib/use-action.ts";
import { leadsTo } from "./leads-to.ts";

/** The end of a sign-in with a provider: the cookies are there, and an access token is asked for. */
export function CompleteSignIn({ to }: { to: string | undefined }) {
  const router = useRouter();
  const t = useTranslations();
  const { explain } = useFailure();
  const { api, session } = useTimos();
  const { status } = useSession();
  // The session's own first question must be answered: its answer would overtake this one's.
  const isTurn = status !== "starting";
  const { data, error } = useAnswer(() => api.auth.refresh({ body: {} }), isTurn);

  useEffect(() => {
    if (data === undefined) return;
    session.accept(data);
    router.replace(leadsTo(to));
  }, [data, to, session, router]);

  if (!error) {
    return (
      <div className="grid gap-6">
        <h1 className="font-serif text-heading font-medium">{t("auth.signIn.completing")}</h1>
        <Skeleton label={t("common.oneMoment")} lines={["h-4 w-3/4", "h-4 w-1/2"]} />
      </div>
    );
  }
  return (
    <PageState
      title={t("auth.signIn.notSignedIn")}
      actions={
        <Link href="/sign-in" className={buttonLook("secondary")}>
          {t("common.signIn")}
        </Link>
      }
    >
      <p>{explain(error)}</p>
    </PageState>
  );
}
