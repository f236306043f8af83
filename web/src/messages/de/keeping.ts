import type { keeping as english } from "../en/keeping.ts";
import type { Translated } from "../translated.ts";

export const keeping: Translated<typeof english> = {
  onDevice: "Auf diesem Gerät gespeichert",
  offline: "Keine Verbindung zu TimOS.",
  asOf: "Keine Verbindung zu TimOS. Was du siehst, ist von {when}.",
  waiting: "{count, plural, one {1 Änderung wartet} other {# Änderungen warten}} auf diesem Gerät.",
  sendNow: "Jetzt versuchen",
  tabOnly:
    "Dieser Browser behält nichts von dieser Seite. Was noch nicht auf dem Server ist, steht nur in diesem Tab: Lass ihn offen.",
  full: "Der Speicher dieses Geräts ist voll. Was noch nicht auf dem Server ist, steht nur in diesem Tab: Lass ihn offen.",
  update: "Eine neuere Fassung dieser Seiten ist da.",
  reload: "Laden",
  refused:
    "{count, plural, one {1 Änderung, die du offline gemacht hast, wurde} other {# Änderungen, die du offline gemacht hast, wurden}} nicht angenommen.",
  letGo: "{count, plural, one {Die Änderung} other {Die Änderungen}} aufgeben",
  over: {
    kept: "{count, plural, one {Eine Änderung ist} other {# Änderungen sind}} noch nicht gespeichert. Dieses Gerät behält {count, plural, one {sie} other {sie}} versiegelt, bis du dich hier wieder anmeldest.",
    leave: "Verlassen und später weiterschreiben",
  },
};
