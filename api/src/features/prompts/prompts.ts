import { sha256 } from "../../crypto/digest.ts";
import { dayNumber } from "../../lib/day.ts";
import { inLanguage } from "../in-language.ts";
import { Category, type Prompt } from "./contract.ts";
import { body } from "./data/body.ts";
import { courage } from "./data/courage.ts";
import { evening } from "./data/evening.ts";
import { future } from "./data/future.ts";
import { gratitude } from "./data/gratitude.ts";
import { grief } from "./data/grief.ts";
import { memory } from "./data/memory.ts";
import { money } from "./data/money.ts";
import { morning } from "./data/morning.ts";
import { places } from "./data/places.ts";
import { play } from "./data/play.ts";
import { relationships } from "./data/relationships.ts";
import { self } from "./data/self.ts";
import { slips } from "./data/slips.ts";
import { work } from "./data/work.ts";

/** The texts of each category, by language: each at the same place in every one. */
const TEXTS: Readonly<Record<Category, Readonly<Record<Language, readonly string[]>>>> = {
  morning,
  evening,
  gratitude,
  relationships,
  work,
  body,
  courage,
  grief,
  play,
  money,
  future,
  slips,
  memory,
  places,
  self,
};

type Language = "en" | "de";

/** All prompts, by locale. */
export const promptsIn = inLanguage({ en: listed("en"), de: listed("de") });

/** An id is made of the place of the text in its category: new ones come last, and none is taken out. */
function listed(language: Language): Prompt[] {
  return Category.options.flatMap((category) =>
    TEXTS[category][language].map((text, i) => ({ id: `${category}-${i + 1}`, category, text })),
  );
}

/** Whose prompt is asked for, and which. */
interface Asked {
  readonly userId: string;
  readonly locale: string;
  readonly day: string;
  readonly category?: Category | undefined;
  /** How many of the day were passed over already. */
  readonly skip: number;
}

/**
 * The prompt of a day. Everybody has an order of their own, the same again and again, and goes on by one a day, so that
 * none comes twice before all have come. Who passes one over sees that of the next day today already.
 */
export function promptOf({ userId, locale, day, category, skip }: Asked): Prompt {
  const order = promptsIn(locale)
    .filter((prompt) => category === undefined || prompt.category === category)
    .map((prompt) => ({ prompt, key: sha256(`${userId} ${prompt.id}`).toString("hex") }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const place = (dayNumber(day) + skip) % order.length;
  const found = order.at(place);
  if (found === undefined) throw new Error("there is no prompt");
  return found.prompt;
}
