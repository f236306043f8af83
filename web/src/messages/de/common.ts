import type { Translated } from "../translated.ts";
import type { common as english } from "../en/common.ts";

export const common: Translated<typeof english> = {
  title: "TimOS, ein privates Tagebuch",
  description:
    "Ein privates Tagebuch, dessen Datenbank, Sicherungen und Protokolle nichts enthalten, was jemand schrieb.",
  skip: "Zum Inhalt springen",
  tryAgain: "Erneut versuchen",
  loadAnew: "Neu laden",
  oneMoment: "Einen Moment …",
  sending: "Wird gesendet …",
  dismiss: "Schließen",
  copy: "Kopieren",
  copied: "Kopiert.",
  cancel: "Abbrechen",
  toBeginning: ", zum Anfang",
  unreachableTitle: "TimOS ist nicht erreichbar",
  unreachable: "Prüfe deine Verbindung. Was du zuvor geschrieben hast, ist sicher auf dem Server.",
  failedTitle: "Diese Seite ist gescheitert",
  failed: "Im Browser ging etwas schief. Was gespeichert wurde, ist sicher auf dem Server.",
  notFoundTitle: "Diese Seite ist leer",
  notFoundTab: "Nicht gefunden",
  notFound: "Unter dieser Adresse gibt es nichts. Vielleicht ist sie vertippt.",
  goToToday: "Zu heute",
  signIn: "Anmelden",
  account: "Konto",
};
