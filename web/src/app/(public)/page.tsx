import Link from "next/link";
import { buttonLook } from "@/components/button.tsx";
import { PrivacyLedger } from "@/features/system/privacy-ledger.tsx";
import { Specimen } from "@/features/system/specimen.tsx";

export default function Page() {
  return (
    <main id="content" className="mx-auto w-full max-w-wide flex-1 px-5 pb-24 sm:px-8">
      <div className="grid items-center gap-x-14 gap-y-12 pt-8 sm:pt-14 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)]">
        <section className="grid gap-7">
          <h1 className="font-serif text-[clamp(2.75rem,1.9rem+3.6vw,4.5rem)] leading-[1.02] font-medium tracking-[-0.025em]">
            Write it down. Keep it yours.
          </h1>
          <p className="max-w-[32rem] text-lg text-soft">
            TimOS is a journal for your days, on a server of your own or of somebody you trust.
            Every word is sealed before it is stored: whoever takes the database, a backup or a log
            learns nothing that anyone wrote.
          </p>
          <div className="flex flex-wrap gap-3">
            <Link href="/sign-up" className={buttonLook()}>
              Begin your journal
            </Link>
            <Link href="/sign-in" className={buttonLook("secondary")}>
              Sign in
            </Link>
          </div>
        </section>
        <Specimen />
      </div>
      <PrivacyLedger />
    </main>
  );
}
