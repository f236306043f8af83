"use client";

import { Landmark, Smile } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { Popover } from "@/components/popover.tsx";
import type { Draft } from "./draft.ts";
import { useMoods, usePillars } from "./use-choices.ts";

interface Props {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

const buttonLook =
  "inline-flex min-h-8 max-w-44 items-center gap-1.5 rounded-md px-2 text-sm text-soft transition-colors hover:bg-wash hover:text-ink pointer-coarse:min-h-11 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-faint";
// On a phone it stands above the bar at the foot of the screen, where thumbs are.
const panelLook =
  "start-0 top-full mt-1 max-h-[min(20rem,50dvh)] w-56 overflow-y-auto max-sm:fixed max-sm:inset-x-4 max-sm:top-auto max-sm:bottom-20 max-sm:w-auto";
const choiceLook =
  "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 text-base hover:bg-wash has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:min-h-11";

/** What an entry is about: how one felt, and which pillars of one's life it touches. */
export function EntryAbout({ draft, onChange }: Props) {
  const t = useTranslations("writing.about");
  const { moodId, pillarIds } = draft;
  const mood = useMoods(moodId !== null).data?.find(({ id }) => id === moodId);
  const pillars = usePillars(pillarIds.length > 0).data?.filter(({ id }) => pillarIds.includes(id));
  const named = pillars?.map(({ name }) => name).join(", ") ?? "";
  return (
    <div className="-ms-2 flex min-w-0 flex-wrap items-center">
      <Popover
        button={
          <>
            {mood?.emoji ? <span aria-hidden>{mood.emoji}</span> : <Smile aria-hidden />}
            {mood && <span className="sr-only">{t("moodIs")}</span>}
            <span className="truncate">{mood?.name ?? t("mood")}</span>
          </>
        }
        buttonClassName={buttonLook}
        panelClassName={panelLook}
      >
        {(close) => (
          <MoodChoices
            chosen={moodId}
            onChange={(id, isPress) => {
              onChange({ moodId: id });
              if (isPress) close();
            }}
          />
        )}
      </Popover>
      <Popover
        button={
          <>
            <Landmark aria-hidden />
            {named !== "" && <span className="sr-only">{t("pillarsAre")}</span>}
            <span className="truncate">{named === "" ? t("pillars") : named}</span>
          </>
        }
        buttonClassName={buttonLook}
        panelClassName={panelLook}
      >
        {() => (
          <PillarChoices chosen={pillarIds} onChange={(ids) => onChange({ pillarIds: ids })} />
        )}
      </Popover>
    </div>
  );
}

interface MoodProps {
  chosen: string | null;
  /** `isPress`: by mouse or finger, and not by going through the list with the keyboard. */
  onChange: (id: string | null, isPress: boolean) => void;
}

function MoodChoices({ chosen, onChange }: MoodProps) {
  const t = useTranslations("writing.about");
  const { data } = useMoods(true);
  if (data === undefined) return <p className="p-1 text-soft">{t("loading")}</p>;
  // One that was put away stays with the entries that have it.
  const moods = data.filter(({ id, archived }) => !archived || id === chosen);
  return (
    <fieldset className="grid">
      <legend className="sr-only">{t("mood")}</legend>
      {[{ id: null, name: t("noMood"), emoji: "" }, ...moods].map(({ id, name, emoji }) => (
        <label key={id} className={choiceLook}>
          <input
            type="radio"
            name="mood"
            className="sr-only"
            checked={id === chosen}
            onChange={() => undefined}
            // Browsers make a click of an arrow key too: that one has no detail.
            onClick={(event) => onChange(id, event.detail > 0)}
          />
          <span aria-hidden className="w-5 text-center">
            {emoji}
          </span>
          <span className="min-w-0 truncate">{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface PillarProps {
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}

function PillarChoices({ chosen, onChange }: PillarProps) {
  const t = useTranslations("writing.about");
  const { data } = usePillars(true);
  if (data === undefined) return <p className="p-1 text-soft">{t("loading")}</p>;
  const pillars = data.filter(({ id, archived }) => !archived || chosen.includes(id));
  if (pillars.length === 0) {
    return (
      <p className="p-1 text-soft">
        {t("none")}{" "}
        <Link href="/pillars" className="text-accent underline underline-offset-4">
          {t("toPillars")}
        </Link>
      </p>
    );
  }
  return (
    <fieldset className="grid">
      <legend className="sr-only">{t("pillars")}</legend>
      {pillars.map(({ id, name, icon }) => (
        <label key={id} className={choiceLook}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, id] : chosen.filter((each) => each !== id))
            }
            className="size-4 shrink-0 accent-accent"
          />
          <span className="min-w-0 truncate">{[icon, name].filter(Boolean).join(" ")}</span>
        </label>
      ))}
    </fieldset>
  );
}
