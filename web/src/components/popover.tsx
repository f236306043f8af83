"use client";

import { type ReactNode, useEffect, useId, useRef, useState } from "react";

interface Props {
  /** What the button shows; its accessible name comes from the text within. */
  button: ReactNode;
  buttonClassName: string;
  panelClassName: string;
  /** The panel; what in it leads elsewhere closes it. */
  children: (close: () => void) => ReactNode;
}

/** A button and what it opens. Escape, a press outside and leaving by keyboard close it. */
export function Popover({ button, buttonClassName, panelClassName, children }: Props) {
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);

  useEffect(() => {
    if (!isOpen) return;
    const close = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setIsOpen(false);
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, [isOpen]);

  return (
    <div
      ref={root}
      className="relative"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        setIsOpen(false);
        trigger.current?.focus();
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) {
          setIsOpen(false);
        }
      }}
    >
      <button
        ref={trigger}
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        className={buttonClassName}
        onClick={() => setIsOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <div
          id={id}
          // A press on its text is no way out of it.
          tabIndex={-1}
          className={`absolute z-20 grid animate-settle gap-4 rounded-lg border border-line bg-raised p-4 shadow-raised outline-none ${panelClassName}`}
        >
          {children(() => setIsOpen(false))}
        </div>
      )}
    </div>
  );
}
