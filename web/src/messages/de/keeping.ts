import type { keeping as english } from "../en/keeping.ts";
import type { Translated } from "../translated.ts";

export const keeping: Translated<typeof english> = {
  onDevice: "Auf diesem Gerät gespeichert",
  offline: "Du bist offline.",
  asOf: "Du bist offline. Was du siehst, ist von {when}.",
  waiting:
    "{count, plural, one {1 Änderung wartet} other {# Änderungen warten}} auf diesem Gerät auf eine Verbindung.",
  sendNow: "Jetzt versuchen",
  tabOnly:
    "Dieser Browser behält nichts von dieser Seite. Was noch nicht auf dem Server ist, steht nur in diesem Tab: Lass ihn offen.",
  full: "Der Speicher dieses Geräts ist voll. Was noch nicht auf dem Server ist, steht nur in diesem Tab: Lass ihn offen.",
  update: "Eine neuere Fassung dieser Seiten ist da.",
  reload: "Laden",
  choice: {
    notice:
      "{count, plural, one {1 Änderung wurde} other {# Änderungen wurden}} auch anderswo gemacht.",
    compare: "Vergleichen",
    title: "Hier und anderswo geändert",
    text: "Während dieses Gerät offline war, hat ein anderes dasselbe geändert. Nichts geht verloren, bevor du wählst.",
    here: "Auf diesem Gerät",
    there: "Auf dem Server",
    removed: "In den Papierkorb gelegt",
    refused: "Der Server nimmt es nicht: {reason}",
    keepHere: "Die von diesem Gerät behalten",
    keepThere: "Die vom Server behalten",
    letGo: "Aufgeben",
    later: "Später entscheiden",
  },
};
