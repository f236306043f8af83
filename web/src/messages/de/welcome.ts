import type { Translated } from "../translated.ts";
import type { welcome as english } from "../en/welcome.ts";

export const welcome: Translated<typeof english> = {
  title: "Schreib es auf. Es bleibt deins.",
  text: "TimOS ist ein Tagebuch für deine Tage, auf einem eigenen Server oder dem von jemandem, dem du vertraust. Jedes Wort wird versiegelt, bevor es gespeichert wird: Wer die Datenbank, eine Sicherung oder ein Protokoll nimmt, erfährt nichts von dem, was jemand schrieb.",
  begin: "Beginne dein Tagebuch",
  specimen: {
    label: "Ein Eintrag, von beiden Seiten gesehen",
    written: "Was du schreibst",
    title: "Bevor jemand wach war",
    text: "Zum Hafen gelaufen. Der Nebel war so dicht, dass die Fähre <em>zuerst als Geräusch ankam</em>. Ich habe zu allem ja gesagt, und ich glaube, jetzt weiß ich, warum.",
    kept: "Was die Datenbank davon behält",
    explained:
      "Tag, Stunde, Titel, Schlagwörter und Text, zusammen versiegelt. Nicht einmal, wie lang er ist, zeigt sich genau.",
  },
  ledger: {
    title: "Was lesbar ist, und was nicht",
    sealed: "Versiegelt, für alle, die an die Daten kommen",
    sealedEntries: "Alles in deinen Einträgen: Text, Titel, Tage, Zeiten, Schlagwörter, Zeichen.",
    sealedVersions: "Frühere Fassungen davon, und was im Papierkorb liegt.",
    sealedBackups:
      "Sicherungen, die dieselben versiegelten Zeilen enthalten. Protokolle und Warteschlangen, die nichts davon enthalten.",
    readable: "Lesbar, und für wen",
    readableAccount:
      "Dein Name, deine E-Mail-Adresse, Zeitzone und Anmeldezeiten stehen in einer zweiten Datenbank, getrennt vom Tagebuch.",
    readableCounts:
      "Wie viele Einträge es gibt und ungefähr wie groß, doch nicht von wem, für jemanden, der nur die Datenbank des Tagebuchs hat.",
    readableServer:
      "Der laufende Server öffnet deine Einträge, um sie dir zu zeigen, mit Schlüsseln, die er hält. Wer ihn kontrolliert, während er läuft, könnte mitlesen. Wähle einen, dem du vertraust, oder betreibe deinen eigenen.",
  },
};
