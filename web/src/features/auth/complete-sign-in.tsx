"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { buttonLook } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { Skeleton } from "@/components/skeleton.tsx";
import { useSession, useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { leadsTo } from "./leads-to.ts";

/** The end of a sign-in with a provider: the cookies are there, and an access token is asked for. */
export function CompleteSignIn({ to }: { to: string | undefined }) {
  const router = useRouter();
  const t = useTranslations();
  const { explain } = useFailure();
  const { api, session } = useTimos();
  const { status } = useSession();
  const { data, error } = useQuery({
    queryKey: ["provider-sign-in"],
    queryFn: () => api.auth.refresh({ body: {} }),
    // The session's own first question must be answered: its answer would overtake this one's.
    enabled: status !== "starting",
    retry: false,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

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
