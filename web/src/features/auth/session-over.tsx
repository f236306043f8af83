"use client";

import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { linkLook } from "@/components/rich-text.tsx";
import { useOpenEntries, useUnsavedCount } from "@/features/entries/open-entries-provider.tsx";
import { useSession } from "@/lib/client.tsx";
import type { Ending } from "@/lib/session.ts";
import { SignInForm } from "./sign-in-form.tsx";

const REASONS = {
  ended: "ended",
  reused: "reused",
  signed_out: "signedOut",
  replaced: "replaced",
} as const satisfies Readonly<Record<Ending, string>>;

/** When the session is over: leaves for the sign-in, unless unsaved text is on the screen; then asks in place. */
export function SessionOver() {
  const state = useSession();
  const unsaved = useUnsavedCount();
  if (state.status !== "over") return null;
  return unsaved > 0 ? (
    <SignInAgain email={state.user.email} because={state.because} unsaved={unsaved} />
  ) : (
    <Leave because={state.because} />
  );
}

function Leave({ because }: { because: Ending }) {
  const router = useRouter();
  const pathname = usePathname();
  useEffect(() => {
    // Everything of the person before goes with the page; the other is found signed in.
    if (because === "replaced") location.assign("/today");
    else if (because === "signed_out") router.replace("/sign-in?notice=signed_out");
    else router.replace(`/sign-in?notice=${because}&next=${pathname}`);
  }, [because, pathname, router]);
  return null;
}

interface Props {
  email: string;
  because: Ending;
  unsaved: number;
}

function SignInAgain({ email, because, unsaved }: Props) {
  const t = useTranslations("auth.over");
  const entries = useOpenEntries();
  const [isSure, setIsSure] = useState(false);
  const discard = () => {
    for (const saver of entries.unsaved()) entries.drop(saver.id);
  };
  return (
    <Dialog title={t("title")}>
      <p className="text-soft">
        {t(REASONS[because])} {t("unsaved", { count: unsaved })}
      </p>
      <SignInForm email={email} autoFocus />
      {because !== "replaced" && (
        <p className="text-soft">
          {t.rich("elsewhere", {
            link: (text) => (
              <a href="/sign-in" target="_blank" rel="noopener" className={linkLook}>
                {text}
              </a>
            ),
          })}
        </p>
      )}
      <div className="flex flex-wrap gap-3 border-t border-line pt-4">
        <Button
          look="secondary"
          onClick={() => void navigator.clipboard.writeText(textOf(entries.unsaved()))}
        >
          {t("copy")}
        </Button>
        {isSure ? (
          <Button look="danger" onClick={discard}>
            {t("discard")}
          </Button>
        ) : (
          <Button look="quiet" onClick={() => setIsSure(true)}>
            {t("leave")}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function textOf(unsaved: ReturnType<ReturnType<typeof useOpenEntries>["unsaved"]>): string {
  return unsaved
    .map((saver) => saver.getState().draft)
    .map(({ day, title, body }) => [day, title, body].filter(Boolean).join("\n\n"))
    .join("\n\n");
}
