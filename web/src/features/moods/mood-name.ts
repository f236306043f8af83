import { useTranslations } from "use-intl";

/** The moods that everybody has, as the API names them: by the ends of their ids, which never change. */
const SYSTEM = {
  c01: "Joyful",
  c02: "Grateful",
  c03: "Calm",
  c04: "Focused",
  c05: "Neutral",
  c06: "Tired",
  c07: "Anxious",
  c08: "Sad",
  c09: "Angry",
} as const;

const PREFIX = "5f0c1b9e-6a3d-4c57-9a80-0d1f6f3a7";

const isSystem = (end: string): end is keyof typeof SYSTEM => Object.hasOwn(SYSTEM, end);

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Names moods. One that everybody has, and its owner did not rename, is named in the language of the page. */
export function useMoodName() {
  const t = useTranslations("journal.moods");
  return ({ id, name }: Named): string => {
    const end = id.startsWith(PREFIX) ? id.slice(PREFIX.length) : "";
    return isSystem(end) && SYSTEM[end] === name ? t(end) : name;
  };
}
