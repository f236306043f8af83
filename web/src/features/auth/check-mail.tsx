"use client";

import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { strong } from "@/components/rich-text.tsx";
import { useAnswer } from "@/lib/use-action.ts";
import { ResendLink } from "./resend-link.tsx";

const OUTBOX = "/dev/outbox";

/** What comes after signing up: the link is in the mail. Says the same whether or not the address was taken. */
export function CheckMail({ email, onBack }: { email: string; onBack: () => void }) {
  const t = useTranslations("join.checkMail");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  // Only a TimOS under development shows the mail it sends.
  const outbox = useAnswer(async () => {
    const answer = await fetch(OUTBOX, { cache: "no-store" });
    await answer.body?.cancel();
    return answer.ok;
  });

  return (
    <div className="grid gap-6">
      <h1 ref={heading} tabIndex={-1} className="font-serif text-heading font-medium outline-none">
        {t("title")}
      </h1>
      <div className="grid gap-3 text-lg text-soft">
        <p>{t.rich("sent", { email, strong })}</p>
        <p>{t("nothing")}</p>
      </div>
      {outbox.data === true && (
        <p>
          <a className="font-medium text-accent underline underline-offset-4" href={OUTBOX}>
            {t("outbox")}
          </a>
        </p>
      )}
      <div className="flex flex-wrap items-start gap-3">
        <ResendLink email={email} isFresh />
        <Button look="quiet" onClick={onBack}>
          {t("otherAddress")}
        </Button>
      </div>
    </div>
  );
}
