import type { MouseEvent, ReactNode } from "react";

interface Props {
  /** The same page, asked for something else. */
  href: string;
  isCurrent: boolean;
  children: ReactNode;
}

/** How a choice among what a page can show looks. */
export const choiceLook =
  "inline-flex min-h-11 items-center rounded-md px-3 text-base text-soft transition-colors hover:bg-wash hover:text-ink aria-expanded:text-accent aria-[current]:bg-wash aria-[current]:font-medium aria-[current]:text-accent sm:min-h-10";

/** Changes what the address asks of the page that is open, without loading it anew; works as a link in other ways. */
export function ShallowLink({ href, isCurrent, children }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0)
      return;
    event.preventDefault();
    window.history.pushState(null, "", href);
  };
  return (
    <a
      href={href}
      aria-current={isCurrent ? "true" : undefined}
      onClick={follow}
      className={choiceLook}
    >
      {children}
    </a>
  );
}
