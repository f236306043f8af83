"use client";

import { PenLine } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import { useTranslations } from "use-intl";

interface Props {
  /** Where entries are; as long as that is in sight, no other way to one is needed. */
  entries: RefObject<HTMLElement | null>;
  onBegin: () => void;
}

/** A way to a new entry that stays at hand wherever one is on the page. */
export function QuickEntry({ entries, onBegin }: Props) {
  const t = useTranslations("dayFlow");
  const [isWanted, setIsWanted] = useState(false);

  useEffect(() => {
    const place = entries.current;
    if (place === null) return;
    const watch = new IntersectionObserver(([seen]) => setIsWanted(seen?.isIntersecting === false));
    watch.observe(place);
    return () => watch.disconnect();
  }, [entries]);

  if (!isWanted) return null;
  return (
    <button
      type="button"
      onClick={onBegin}
      className="fixed end-4 bottom-[calc(4.5rem+env(safe-area-inset-bottom))] z-10 inline-flex min-h-12 animate-settle items-center gap-2 rounded-full bg-accent ps-4 pe-5 font-medium text-on-accent shadow-raised transition-colors hover:bg-accent-strong md:end-8 md:bottom-8"
    >
      <PenLine aria-hidden className="size-5" />
      {t("write")}
    </button>
  );
}
