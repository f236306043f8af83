import { inLanguage } from "../in-language.ts";

/** Pillars to begin with, for whoever has none. */
export const pillarsToBeginWith = inLanguage({
  en: [
    {
      name: "Family",
      description: "The people I belong to: time, attention, being there.",
      ...{ color: "#e11d48", icon: "🏡", target: 8 },
    },
    {
      name: "Health",
      description: "Sleep, movement, food, and what keeps a head clear.",
      ...{ color: "#16a34a", icon: "🌿", target: 8 },
    },
    {
      name: "Net New Revenue",
      description: "What brings in work that was not there before.",
      ...{ color: "#2563eb", icon: "📈", target: 7 },
    },
    {
      name: "Client Retention",
      description: "Keeping the promises made to those who already trust me.",
      ...{ color: "#d97706", icon: "🤝", target: 8 },
    },
  ],
  de: [
    {
      name: "Familie",
      description: "Die Menschen, zu denen ich gehöre: Zeit, Aufmerksamkeit, da sein.",
      ...{ color: "#e11d48", icon: "🏡", target: 8 },
    },
    {
      name: "Gesundheit",
      description: "Schlaf, Bewegung, Essen, und was den Kopf klar hält.",
      ...{ color: "#16a34a", icon: "🌿", target: 8 },
    },
    {
      name: "Neuer Umsatz",
      description: "Was Arbeit bringt, die es vorher nicht gab.",
      ...{ color: "#2563eb", icon: "📈", target: 7 },
    },
    {
      name: "Kundenbindung",
      description: "Halten, was denen versprochen ist, die mir schon vertrauen.",
      ...{ color: "#d97706", icon: "🤝", target: 8 },
    },
  ],
});
