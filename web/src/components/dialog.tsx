"use client";

import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

interface Props {
  title: string;
  children: ReactNode;
  /** Called when Escape is pressed; without it the dialog stays until it is answered. */
  onDismiss?: () => void;
  width?: "narrow" | "wide";
}

/** A modal dialog, open for as long as it is rendered. */
export function Dialog({ title, children, onDismiss, width = "narrow" }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // Closed before it is gone from the document, so that the focus goes back to where it was.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);

  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onDismiss?.();
      }}
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
