import Link from "next/link";
import { buttonLook } from "@/components/button.tsx";
import { Wordmark } from "@/components/mark.tsx";
import { PageState } from "@/components/page-state.tsx";
import { titled, translations } from "@/i18n/server.ts";

export const generateMetadata = titled("common", (t) => t("notFoundTab"));

export default async function NotFound() {
  const t = await translations("common");
  return (
    <main id="content" className="mx-auto grid max-w-reading gap-10 px-6 py-10 sm:py-20">
      <Wordmark />
      <PageState
        title={t("notFoundTitle")}
        actions={
          <Link href="/today" className={buttonLook()}>
            {t("goToToday")}
          </Link>
        }
      >
        <p>{t("notFound")}</p>
      </PageState>
    </main>
  );
}
