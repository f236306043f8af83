"use client";

import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { useToast } from "@/components/toast.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { wipeAfter } from "@/lib/keeping/keeping.ts";
import { useKeeping } from "@/lib/keeping/keeping-provider.tsx";
import { useSaving } from "@/lib/saver/saving-provider.tsx";

/**
 * Signs out once everything is saved; what cannot be saved is asked about first. Nothing of the journal is left on this
 * device.
 */
export function SignOutButton({ children }: { children: ReactNode }) {
  const t = useTranslations("auth.signOut");
  const { explain } = useFailure();
  const { session } = useTimos();
  const { savers } = useSaving();
  const keeping = useKeeping();
  const toast = useToast();
  const [phase, setPhase] = useState<"ready" | "busy" | "asking">("ready");

  const signOut = async () => {
    setPhase("busy");
    try {
      await wipeAfter(async () => {
        await session.signOut();
        for (const saver of savers.unsaved()) savers.drop(saver);
      });
    } catch (error) {
      setPhase("ready");
      toast({ text: t("failed", { reason: explain(error) }) });
    }
  };
  const saveAndSignOut = async () => {
    setPhase("busy");
    await Promise.all([savers.flush(), keeping?.outbox.flush()]);
    const waiting = savers.unsaved().length + (keeping?.outbox.getWaiting().length ?? 0);
    // Signing out removes what other tabs keep as well.
    const elsewhere = await keeping?.keeper.countOfOthers().catch(() => 0);
    if (waiting + (elsewhere ?? 0) > 0) setPhase("asking");
    else await signOut();
  };

  return (
    <>
      <Button
        look="secondary"
        busyLabel={phase === "busy" && t("busy")}
        onClick={() => void saveAndSignOut()}
      >
        {children}
      </Button>
      {phase === "asking" && (
        <Dialog title={t("askTitle")} onDismiss={() => setPhase("ready")}>
          <p className="text-soft">{t("ask")}</p>
          <div className="flex flex-wrap gap-3">
            <Button onClick={() => setPhase("ready")}>{t("stay")}</Button>
            <Button look="danger" onClick={() => void signOut()}>
              {t("lose")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
