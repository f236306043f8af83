"use client";

import type { ReactNode } from "react";
import { useModal } from "./use-modal.ts";

interface Props {
  title: string;
  children: ReactNode;
  /** Called when Escape is pressed; without it the dialog stays until it is answered. */
  onDismiss?: () => void;
  width?: "narrow" | "wide";
}

/** A modal dialog, open for as long as it is rendered. */
export function Dialog({ title, children, onDismiss, width = "narrow" }: Props) {
  const { titleId, modal } = useModal(onDismiss);
  return (
    <dialog
      {...modal}
      className={`max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] overflow-y-auto rounded-lg border border-line bg-page p-6 shadow-raised ${width === "wide" ? "max-w-wide" : "max-w-[28rem]"}`}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
        <h2 id={titleId} className="font-serif text-title font-medium">
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
