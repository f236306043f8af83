"use client";

import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { useAction } from "@/lib/use-action.ts";

const COOL_DOWN_SECONDS = 60;

/** Sends the verification link again, but not over and over. */
export function ResendLink({ email, isFresh = false }: { email: string; isFresh?: boolean }) {
  const t = useTranslations();
  const { explain } = useFailure();
  const { api } = useTimos();
  const [secondsLeft, setSecondsLeft] = useState(isFresh ? COOL_DOWN_SECONDS : 0);
  const isWaiting = secondsLeft > 0;
  const resend = useAction({
    mutationFn: () => api.auth.resendVerification({ body: { email } }),
    onSuccess: () => setSecondsLeft(COOL_DOWN_SECONDS),
  });

  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => setSecondsLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(timer);
  }, [isWaiting]);

  return (
    <div className="grid justify-items-start gap-2">
      <Button
        look="secondary"
        disabled={isWaiting}
        busyLabel={resend.isPending && t("common.sending")}
        onClick={() => resend.mutate()}
      >
        {isWaiting ? t("auth.resend.wait", { seconds: secondsLeft }) : t("auth.resend.again")}
      </Button>
      <p role="status" className="text-sm text-soft empty:hidden">
        {resend.isSuccess && t("auth.resend.sent")}
        {resend.isError && explain(resend.error)}
      </p>
    </div>
  );
}
