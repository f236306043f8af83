"use client";

import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "./icon-button.tsx";
import { useModal } from "./use-modal.ts";

interface Props {
  title: string;
  children: ReactNode;
  onDismiss: () => void;
}

/** A modal dialog at the foot of a small screen, open for as long as it is rendered. A press outside closes it. */
export function Sheet({ title, children, onDismiss }: Props) {
  const t = useTranslations("common");
  const { titleId, modal } = useModal(onDismiss);
  return (
    <dialog
      {...modal}
      onClick={(event) => {
        // What is pressed outside of its content is the backdrop.
        if (event.target === event.currentTarget) onDismiss();
      }}
      className="mx-0 mt-auto mb-0 max-h-[85dvh] w-full max-w-none animate-settle overflow-y-auto rounded-t-lg border-t border-line bg-page shadow-raised"
    >
      <div className="grid gap-5 px-4 pt-3 pb-8">
        <div className="flex items-center justify-between ps-3">
          <h2 id={titleId} className="font-serif text-title font-medium">
            {title}
          </h2>
          <IconButton label={t("dismiss")} className="size-11" onClick={onDismiss}>
            <X aria-hidden />
          </IconButton>
        </div>
        {children}
      </div>
    </dialog>
  );
}
