import type { Translated } from "../translated.ts";
import type { platform as english } from "../en/platform.ts";

export const platform: Translated<typeof english> = {
  title: "Plattform",
  places: { users: "Konten", tenants: "Organisationen", keys: "Schlüssel", audit: "Prüfkette" },
  users: {
    hint: "Konten, und nichts aus irgendeinem Tagebuch.",
    search: "Teil einer Adresse oder eines Namens",
    find: "Suchen",
    none: "Niemand wurde gefunden.",
    notVerified: "Adresse nicht bestätigt",
    suspended: "gesperrt",
    superadmin: "betreibt die Plattform",
    suspend: "Sperren",
    suspendName: "{email} sperren",
    suspendTitle: "{email} sperren?",
    suspendText:
      "Das Konto wird überall abgemeldet, und niemand meldet sich an, bis es freigegeben ist.",
    restore: "Freigeben",
    restoreName: "{email} freigeben",
  },
  tenants: {
    hint: "Jedes Konto ist in einer.",
    members: "{count, plural, one {1 Mitglied} other {# Mitglieder}}",
    mfa: "zweiter Faktor verlangt",
    since: "seit {date}",
  },
  keys: {
    hint: "Wie viele Tagebuchschlüssel unter jedem Hauptschlüssel eingepackt sind. Nicht wessen.",
    none: "Es wurde noch kein Schlüssel gemacht.",
    master: "Hauptschlüssel",
    state: "Zustand",
    count: "Tagebuchschlüssel",
    states: {
      pending: "wird vorbereitet",
      active: "in Gebrauch",
      decrypt_only: "öffnet ältere Texte",
      destroyed: "vernichtet",
    },
  },
  audit: {
    hint: "Was auf der Plattform geschah. Wann jemand sein Tagebuch benutzte, erfährt nur er oder sie selbst.",
    verify: "Kette prüfen",
    verifying: "{seals, number} Siegel geprüft, {events, number} Ereignisse …",
    intact: "Die Kette ist heil: {seals, number} Siegel über {events, number} Ereignissen.",
    violated: "Die Kette ist gebrochen",
    unsealed:
      "{count, plural, one {1 Ereignis wartet} other {# Ereignisse warten}} auf ein Siegel.",
    head: "Ihr Ende, um es anderswo aufzubewahren",
    none: "Es geschah noch nichts.",
  },
};
