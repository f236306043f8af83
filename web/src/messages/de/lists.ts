import type { Translated } from "../translated.ts";
import type { lists as english } from "../en/lists.ts";

export const lists: Translated<typeof english> = {
  loading: "Wird geladen",
  offlineTitle: "Du bist offline",
  failedTitle: "Das ließ sich nicht laden",
  stale: "Das ist vielleicht nicht mehr aktuell: TimOS war eben nicht erreichbar.",
  forbiddenTitle: "Diese Seite ist nicht für dich",
  forbidden: "Sie ist für die, die das hier betreiben. Mit deinem Konto ist alles in Ordnung.",
  more: "Mehr zeigen",
  moreBusy: "Wird geladen …",
};
