import { CircleAlert, Info } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  tone?: "calm" | "danger";
  title?: string;
  children: ReactNode;
}

/** Something to know before going on. One that tells of a failure is read out at once. */
export function Notice({ tone = "calm", title, children }: Props) {
  const isDanger = tone === "danger";
  const Sign = isDanger ? CircleAlert : Info;
  return (
    <div
      role={isDanger ? "alert" : "status"}
      className={`flex gap-3 rounded-md px-3.5 py-3 text-base ${isDanger ? "bg-danger-wash text-danger" : "bg-wash text-ink"}`}
    >
      <Sign aria-hidden className="mt-0.75 size-4.5 shrink-0" />
      <div className="grid min-w-0 gap-1">
        {title && <p className="font-medium">{title}</p>}
        {children}
      </div>
    </div>
  );
}
