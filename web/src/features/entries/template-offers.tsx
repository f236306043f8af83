"use client";

import { useTranslations } from "use-intl";
import { useTemplates } from "./use-choices.ts";

const MOST_OFFERED = 4;

/** Templates to begin an empty entry with. Nothing where there are none. */
export function TemplateOffers({ onChoose }: { onChoose: (body: string) => void }) {
  const t = useTranslations("writing.templates");
  const offered = useTemplates(true).data?.slice(0, MOST_OFFERED) ?? [];
  if (offered.length === 0) return null;
  return (
    <div role="group" aria-label={t("begin")} className="flex flex-wrap items-center gap-2 pt-1">
      <span aria-hidden className="text-sm text-faint">
        {t("begin")}
      </span>
      {offered.map(({ id, name, body }) => (
        <button
          key={id}
          type="button"
          onClick={() => onChoose(body)}
          className="min-h-8 max-w-full truncate rounded-md border border-line px-2.5 text-sm text-soft transition-colors hover:border-accent hover:text-accent pointer-coarse:min-h-11"
        >
          {name}
        </button>
      ))}
    </div>
  );
}
