import type { ButtonHTMLAttributes } from "react";

type Look = "primary" | "secondary" | "quiet" | "danger";

const base =
  "inline-flex min-h-10 items-center justify-center gap-2 rounded-md px-4 text-base font-medium whitespace-nowrap transition-colors disabled:opacity-55";

const looks: Record<Look, string> = {
  primary: "bg-accent text-on-accent enabled:hover:bg-accent-strong",
  secondary:
    "border border-edge bg-raised text-ink enabled:hover:border-accent enabled:hover:text-accent",
  quiet: "px-2.5 text-soft enabled:hover:bg-wash enabled:hover:text-ink",
  danger: "border border-danger bg-raised text-danger enabled:hover:bg-danger-wash",
};

/** How a button looks, for links that lead on as buttons do. */
export const buttonLook = (look: Look = "primary") => `${base} ${looks[look]}`;

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  /** Shown in place of the label while what the button started goes on. */
  busyLabel?: string | false;
}

export function Button({ look = "primary", busyLabel = false, className = "", ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={`${buttonLook(look)} ${className}`}
      disabled={rest.disabled === true || busyLabel !== false}
    >
      {busyLabel === false ? rest.children : busyLabel}
    </button>
  );
}
