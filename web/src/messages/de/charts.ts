import type { Translated } from "../translated.ts";
import type { charts as english } from "../en/charts.ts";

export const charts: Translated<typeof english> = {
  asTable: "Tabelle",
  drawing: "Das Diagramm wird gezeichnet",
  nothing: "nichts notiert",
  keys: "Die Pfeiltasten links und rechts lesen die Werte.",
  year: {
    month: "Monat",
    day: "Tag",
    howToRead:
      "Jedes Kästchen ist ein Tag. Zeig auf eines, oder geh mit den Pfeiltasten von Tag zu Tag.",
  },
  habit: {
    label: "{name} im Jahr {year}",
    heading:
      "{year}: an {done} von {due, plural, one {einem fälligen Tag} other {# fälligen Tagen}} erledigt",
    headingPerWeek: "{year}: an {done, plural, one {einem Tag} other {# Tagen}} erledigt",
    headingNone: "{year}: noch nichts notiert",
    kinds: {
      done: "erledigt",
      short: "notiert, unter dem Ziel",
      skipped: "ausgelassen",
      missed: "verpasst",
      open: "nicht fällig",
    },
    amount: "{kind}: {value} {unit}",
  },
  radar: {
    heading:
      "{met} von {scored, plural, one {einer Säule} other {# Säulen}} diese Woche am Ziel oder darüber",
    headingNone: "Diese Woche wurde keine Säule bewertet",
    label: "Die Säulen der Woche und ihre Ziele",
    pillar: "Säule",
    average: "Mittel",
    target: "Ziel",
    days: "Tage",
    change: "Zur Woche davor",
  },
};
