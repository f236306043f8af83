import Link from "next/link";
import { buttonLook } from "@/components/button.tsx";
import { PrivacyLedger } from "@/features/system/privacy-ledger.tsx";
import { Specimen } from "@/features/system/specimen.tsx";

export default function Page() {
  return (
    <main id="content" className="mx-auto w-full max-w-wide flex-1 px-5 pb-24 sm:px-8">
      <section className="grid gap-8 pt-8 pb-14 sm:pt-16 sm:pb-20">
        <h1 className="max-w-[15ch] font-serif text-[clamp(2.75rem,1.6rem+5vw,5rem)] leading-[1.02] font-medium tracking-[-0.025em]">
          Write it down. Keep it yours.
        </h1>
        <p className="max-w-[34rem] text-lg text-soft">
          TimOS is a journal for your days, on a server of your own or of somebody you trust. Every
          word is sealed before it is stored: whoever takes the database, a backup or a log learns
          nothing that anyone wrote.
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
      <PrivacyLedger />
    </main>
  );
}
