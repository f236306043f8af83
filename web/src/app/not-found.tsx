import type { Metadata } from "next";
import Link from "next/link";
import { buttonLook } from "@/components/button.tsx";
import { Wordmark } from "@/components/mark.tsx";
import { PageState } from "@/components/page-state.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main id="content" className="mx-auto grid max-w-reading gap-10 px-6 py-10 sm:py-20">
      <Wordmark />
      <PageState
        title="This page is blank"
        actions={
          <Link href="/today" className={buttonLook()}>
            Go to today
          </Link>
        }
      >
        <p>There is nothing at this address. Perhaps it was mistyped.</p>
      </PageState>
    </main>
  );
}
