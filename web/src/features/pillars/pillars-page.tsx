"use client";

import { useTranslations } from "use-intl";
import { Glyph } from "@/features/library/glyph.tsx";
import { LibraryPage } from "@/features/library/library-page.tsx";
import { Suggestions } from "@/features/library/suggestions.tsx";
import { useTimos } from "@/lib/client.tsx";
import { textOf } from "@/lib/form.ts";
import { PillarForm } from "./pillar-form.tsx";
import { usePillarKind } from "./pillar-kind.ts";

export function PillarsPage() {
  const t = useTranslations("library.pillar");
  const { api } = useTimos();
  const kind = usePillarKind();
  return (
    <LibraryPage
      kind={kind}
      glyphOf={(pillar) => <Glyph {...pillar} />}
      detailsOf={({ description, target }) => [description, t("targetOf", { target })]}
      hrefOf={({ id }) => `/pillars/${id}`}
      fields={(pillar, error) => <PillarForm pillar={pillar} error={error} />}
      faultFields={["name", "description", "icon"]}
      read={(data) => ({
        name: textOf(data, "name"),
        description: textOf(data, "description"),
        color: textOf(data, "color"),
        icon: textOf(data, "icon"),
        target: Number(textOf(data, "target")),
      })}
      beginning={(pillars, add) => (
        <Suggestions
          queryKey={["pillars"]}
          read={api.pillars.suggestions}
          taken={new Set(pillars.map(({ name }) => name))}
          detailsOf={({ description }) => description}
          onTake={(suggestion) => add(suggestion, suggestion.name)}
        />
      )}
    />
  );
}
