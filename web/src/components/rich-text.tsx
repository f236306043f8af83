import type { ReactNode } from "react";

/** What `<strong>` in a message looks like. */
export const strong = (text: ReactNode) => <strong className="font-medium text-ink">{text}</strong>;

/** How a link looks in the midst of a text. */
export const linkLook = "font-medium text-accent underline underline-offset-4";
