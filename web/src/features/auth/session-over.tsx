"use client";

import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { linkLook } from "@/components/rich-text.tsx";
import { useSession } from "@/lib/client.tsx";
import type { AnySaver } from "@/lib/saver/record-saver.ts";
import { useSaving, useUnsavedCount } from "@/lib/saver/saving-provider.tsx";
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
  const keeping = useTranslations("keeping.over");
  const { savers } = useSaving();
  const [isSure, setIsSure] = useState(false);
  const [isLeaving, setIsLeaving] = useState(false);
  const isKept = savers.onlyHere().length === 0;
  const discard = () => {
    for (const saver of savers.unsaved()) savers.drop(saver);
  };
  if (isLeaving) return <Leave because={because} />;
  return (
    <Dialog title={t("title")}>
      <p className="text-soft">
        {t(REASONS[because])}{" "}
        {isKept ? keeping("kept", { count: unsaved }) : t("unsaved", { count: unsaved })}
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
          onClick={() => void navigator.clipboard.writeText(textOf(savers.unsaved()))}
        >
          {t("copy")}
        </Button>
        {isKept ? (
          <Button look="quiet" onClick={() => setIsLeaving(true)}>
            {keeping("leave")}
          </Button>
        ) : isSure ? (
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

function textOf(unsaved: readonly AnySaver[]): string {
  return unsaved.map((saver) => wordsIn(saver.getState().draft).join("\n\n")).join("\n\n");
}

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Every text in a draft, and no id. */
function wordsIn(value: unknown): string[] {
  if (typeof value === "string") return value === "" || ID.test(value) ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(wordsIn);
}
