"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Button } from "@/components/button.tsx";
import { ResendLink } from "./resend-link.tsx";

const OUTBOX = "/dev/outbox";

/** What comes after signing up: the link is in the mail. Says the same whether or not the address was taken. */
export function CheckMail({ email, onBack }: { email: string; onBack: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  // Only a TimOS under development shows the mail it sends.
  const outbox = useQuery({
    queryKey: ["outbox"],
    queryFn: async ({ signal }) => {
      const answer = await fetch(OUTBOX, { signal, cache: "no-store" });
      await answer.body?.cancel();
      return answer.ok;
    },
    retry: false,
    staleTime: Infinity,
  });

  return (
    <div className="grid gap-6">
      <h1 ref={heading} tabIndex={-1} className="font-serif text-heading font-medium outline-none">
        Check your mail
      </h1>
      <div className="grid gap-3 text-lg text-soft">
        <p>
          A letter is on its way to <strong className="font-medium text-ink">{email}</strong>. Open
          the link in it to confirm the address, and your journal is ready.
        </p>
        <p>
          Nothing there after a few minutes? Look among the unwanted mail, or have it sent again.
        </p>
      </div>
      {outbox.data === true && (
        <p>
          <a className="font-medium text-accent underline underline-offset-4" href={OUTBOX}>
            Open the development outbox
          </a>
        </p>
      )}
      <div className="flex flex-wrap items-start gap-3">
        <ResendLink email={email} isFresh />
        <Button look="quiet" onClick={onBack}>
          Use another address
        </Button>
      </div>
    </div>
  );
}
