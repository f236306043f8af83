"use client";

import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { Skeleton } from "@/components/skeleton.tsx";
import { useSession, useTimos } from "@/lib/client.tsx";

/**
 * Shows the private pages to whoever is signed in, and leads everybody else to where they can. It protects nothing:
 * the API gives what is on these pages to their owner only. A session that is over keeps its pages, since there may
 * be text on them that is not saved.
 */
export function SessionGate({ children }: { children: (userId: string) => ReactNode }) {
  const t = useTranslations();
  const router = useRouter();
  const pathname = usePathname();
  const { session } = useTimos();
  const state = useSession();

  useEffect(() => {
    if (state.status !== "signed_out") return;
    router.replace(pathname === "/today" ? "/sign-in" : `/sign-in?next=${pathname}`);
  }, [state.status, pathname, router]);

  switch (state.status) {
    case "signed_in":
    case "offline":
    case "over":
      return children(state.user.id);
    case "unreachable":
      return (
        <main id="content" className="mx-auto max-w-reading px-6 py-10">
          <PageState
            title={t("common.unreachableTitle")}
            actions={<Button onClick={() => void session.ask()}>{t("common.tryAgain")}</Button>}
          >
            <p>{t("common.unreachable")}</p>
          </PageState>
        </main>
      );
    case "starting":
    case "signed_out":
      return <Opening />;
  }
}

/** While it is not known yet whose journal this is. */
export function Opening() {
  const t = useTranslations("journal");
  return (
    <main id="content" className="mx-auto max-w-reading px-6 py-16">
      <Skeleton
        label={t("opening")}
        lines={["h-9 w-2/5", "mt-8 h-5 w-3/5", "h-4 w-full", "h-4 w-11/12", "h-4 w-4/5"]}
      />
    </main>
  );
}
