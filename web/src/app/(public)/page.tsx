import Link from "next/link";
import { buttonLook } from "@/components/button.tsx";
import { PrivacyLedger } from "@/features/system/privacy-ledger.tsx";
import { Specimen } from "@/features/system/specimen.tsx";
import { translations } from "@/i18n/server.ts";

export default async function Page() {
  const t = await translations("welcome");
  const words = await translations("common");
  return (
    <main id="content" className="mx-auto w-full max-w-wide flex-1 px-5 pb-24 sm:px-8">
      <div className="grid items-center gap-x-14 gap-y-12 pt-8 sm:pt-14 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)]">
        <section className="grid gap-7">
          <h1 className="font-serif text-[clamp(2.75rem,1.9rem+3.6vw,4.5rem)] leading-[1.02] font-medium tracking-[-0.025em]">
            {t("title")}
          </h1>
          <p className="max-w-[32rem] text-lg text-soft">{t("text")}</p>
          <div className="flex flex-wrap gap-3">
            <Link href="/sign-up" className={buttonLook()}>
              {t("begin")}
            </Link>
            <Link href="/sign-in" className={buttonLook("secondary")}>
              {words("signIn")}
            </Link>
          </div>
        </section>
        <Specimen />
      </div>
      <PrivacyLedger />
    </main>
  );
}
