"use client";

import { useTranslations } from "use-intl";
import { useToast } from "@/components/toast.tsx";
import { Glyph } from "@/features/library/glyph.tsx";
import type { Kind } from "@/features/library/kind.ts";
import { LibraryPage } from "@/features/library/library-page.tsx";
import { useAct } from "@/features/library/use-library.ts";
import { useTimos } from "@/lib/client.tsx";
import { textOf } from "@/lib/form.ts";
import { MoodForm, VALENCES } from "./mood-form.tsx";
import { useMoodName } from "./mood-name.ts";

type Api = ReturnType<typeof useTimos>["api"]["moods"];
export type Mood = Awaited<ReturnType<Api["list"]>>["items"][number];
type MoodFields = Parameters<Api["put"]>[0]["body"];

export function MoodsPage() {
  const t = useTranslations("library.mood");
  const { api } = useTimos();
  const act = useAct();
  const toast = useToast();
  const nameOf = useMoodName();
  const kind: Kind<Mood, MoodFields> = {
    name: "moods",
    calls: api.moods,
    fieldsOf: ({ name, emoji, valence, archived }) => ({ name, emoji, valence, archived }),
    titleOf: nameOf,
    withArchived: (fields, archived) => ({ ...fields, archived }),
  };
  // One that everybody has is never deleted: what was said of it is, and it is as everybody has it.
  const reset = (mood: Mood) =>
    act.mutate(async () => {
      const { id, rev } = mood;
      await api.moods.remove({ params: { id }, guard: { rev } });
      toast({ text: t("resetDone", { name: nameOf(mood) }) });
    });
  return (
    <LibraryPage
      kind={kind}
      glyphOf={(mood) => <Glyph icon={mood.emoji} name={mood.name} />}
      detailsOf={({ valence, system, rev }) => {
        const known = VALENCES.find(({ value }) => value === valence);
        return [
          known ? t(`valences.${known.name}`) : null,
          system && t(rev === 0 ? "system" : "changed"),
        ];
      }}
      menuOf={(mood) => ({
        items: mood.system && mood.rev > 0 ? [{ label: t("reset"), run: () => reset(mood) }] : [],
        isRemovable: !mood.system,
      })}
      archiveLabel={t("hide")}
      fields={(mood, error) => (
        <MoodForm mood={mood && { ...mood, name: nameOf(mood) }} error={error} />
      )}
      faultFields={["name", "emoji"]}
      read={(data) => ({
        name: textOf(data, "name"),
        emoji: textOf(data, "emoji"),
        valence: Number(textOf(data, "valence")),
      })}
    />
  );
}
