"use client";

import { X } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "./icon-button.tsx";

interface Toast {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const SHOWN_MS = 12_000;

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Says what was just done, with a way to take it back. One at a time; the newest counts. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useTranslations("common");
  const [toast, setToast] = useState<Toast | null>(null);
  const [isHeld, setIsHeld] = useState(false);
  const show = useCallback((next: Toast) => setToast(next), []);

  useEffect(() => {
    // Nobody is hurried who is reading it or on the way to its button.
    if (toast === null || isHeld) return;
    const timer = setTimeout(() => setToast(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast, isHeld]);

  return (
    <ToastContext value={show}>
      {children}
      <div
        role="status"
        className="pointer-events-none fixed inset-x-4 bottom-20 z-20 grid justify-items-center md:bottom-6"
      >
        {toast && (
          <div
            onMouseEnter={() => setIsHeld(true)}
            onMouseLeave={() => setIsHeld(false)}
            onFocus={() => setIsHeld(true)}
            onBlur={() => setIsHeld(false)}
            className="pointer-events-auto flex max-w-full animate-settle items-center gap-3 rounded-md bg-ink py-1.5 ps-4 pe-2 text-page shadow-raised"
          >
            <span className="min-w-0">{toast.text}</span>
            {toast.action && (
              <button
                type="button"
                className="min-h-8 rounded-sm px-2 font-medium underline underline-offset-4 outline-page"
                onClick={() => {
                  toast.action?.run();
                  setToast(null);
                }}
              >
                {toast.action.label}
              </button>
            )}
            <IconButton
              label={t("dismiss")}
              className="text-page outline-page hover:text-page"
              onClick={() => setToast(null)}
            >
              <X aria-hidden />
            </IconButton>
          </div>
        )}
      </div>
    </ToastContext>
  );
}

export const useToast = () => useContext(ToastContext);
