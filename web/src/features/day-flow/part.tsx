"use client";

import { ChevronDown } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId } from "react";

interface Props {
  title: string;
  /** What it comes to, in the margin: a number, a sign. Said elsewhere too. */
  glance?: ReactNode;
  /** Where it stands between the screen and the server. */
  status?: ReactNode;
  /** For one that folds to a line. */
  fold?:
    | {
        readonly isOpen: boolean;
        readonly onToggle: () => void;
        /** The line it folds to. */
        readonly line: ReactNode;
      }
    | undefined;
  /** Sends what was written, when one goes on to something else or asks for it by key. */
  onLeave?: () => void;
  children: ReactNode;
}

/** A part of a day: a stretch of its page beside the ruled margin, with a heading that may fold it. */
export function Part({ title, glance, status, fold, onLeave, children }: Props) {
  const id = useId();
  const isOpen = fold?.isOpen ?? true;

  const saveOnKey = (event: KeyboardEvent) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || onLeave === undefined) return;
    event.preventDefault();
    onLeave();
  };
  return (
    <section
      aria-labelledby={`${id}-title`}
      onKeyDown={saveOnKey}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || onLeave?.()}
      className="group grid border-line max-sm:border-b sm:grid-cols-[5.5rem_minmax(0,1fr)]"
    >
      <div
        aria-hidden
        className="hidden pe-4 pt-5.5 text-end text-lg text-soft tabular-nums sm:block"
      >
        {glance}
      </div>
      <div className="grid min-w-0 content-start border-margin py-4 transition-colors sm:border-s-2 sm:ps-7 sm:group-focus-within:border-accent">
        <div className="flex min-h-11 flex-wrap items-center gap-x-4">
          <h2 id={`${id}-title`} className="font-medium text-soft">
            {fold ? (
              <button
                type="button"
                aria-expanded={isOpen}
                aria-controls={`${id}-panel`}
                onClick={fold.onToggle}
                className="-ms-1 inline-flex min-h-11 items-center gap-1.5 rounded-sm px-1 transition-colors hover:text-ink"
              >
                {title}
                <ChevronDown
                  aria-hidden
                  className={`size-4 text-faint transition-transform ${isOpen ? "rotate-180" : ""}`}
                />
              </button>
            ) : (
              title
            )}
          </h2>
          <div className="ms-auto">{status}</div>
        </div>
        <div id={`${id}-panel`} className={isOpen ? "grid gap-5 pt-1.5 pb-3" : ""}>
          {isOpen
            ? children
            : fold && (
                // The whole line opens it; by keyboard, the heading does.
                <div onClick={fold.onToggle} className="cursor-pointer pb-1">
                  {fold.line}
                </div>
              )}
        </div>
      </div>
    </section>
  );
}

/** What stands where something is still to be said. */
export const lineLook = "line-clamp-3 font-serif text-lg text-ink";
export const invitingLook = "font-serif text-lg text-faint italic";
