import type { ReactNode } from "react";

/** A page that is one form, beside the margin of a ruled page. */
export function FormPage({ children }: { children: ReactNode }) {
  return (
    <main
      id="content"
      className="mx-auto grid w-full max-w-wide flex-1 content-start px-5 pt-6 pb-20 sm:px-8 sm:pt-14 lg:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]"
    >
      <div className="grid w-full max-w-form content-start gap-6 border-margin sm:border-s-2 sm:ps-8 lg:col-start-2">
        {children}
      </div>
    </main>
  );
}
