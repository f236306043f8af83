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
          // Every page would load with this one what it takes to open the next without a load.
          // eslint-disable-next-line @next/next/no-html-link-for-pages
          <a href="/today" className={buttonLook()}>
            {t("goToToday")}
          </a>
        }
      >
        <p>{t("notFound")}</p>
      </PageState>
    </main>
  );
}
