"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { linkLook } from "@/components/rich-text.tsx";
import type { AnySaver } from "@/lib/saver/record-saver.ts";
import { useSaving } from "@/lib/saver/saving-provider.tsx";
import type { Ending } from "@/lib/session.ts";
import { SignInForm } from "./sign-in-form.tsx";

const REASONS = {
  ended: "ended",
  reused: "reused",
  signed_out: "signedOut",
  replaced: "replaced",
} as const satisfies Readonly<Record<Ending, string>>;

interface Props {
  email: string;
  because: Ending;
  unsaved: number;
  /** Leaves with what is unsaved kept on this device. */
  onLeave: () => void;
}

/** Asks in place who is there, with what is unsaved still on the screen. */
export default function SignInAgain({ email, because, unsaved, onLeave }: Props) {
  const t = useTranslations("auth.over");
  const keeping = useTranslations("keeping.over");
  const { savers } = useSaving();
  const [isSure, setIsSure] = useState(false);
  const isKept = savers.onlyHere().length === 0;
  const discard = () => {
    for (const saver of savers.unsaved()) savers.drop(saver);
  };
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
          <Button look="quiet" onClick={onLeave}>
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
