import type { Translated } from "../translated.ts";
import type { auth as english } from "../en/auth.ts";

export const auth: Translated<typeof english> = {
  notOnShared: "Nicht an einem Computer, den du mit anderen teilst.",
  signingIn: "Anmeldung läuft …",
  back: "Zurück",
  signIn: {
    title: "Anmelden",
    ended: "Deine Sitzung ist zu Ende. Melde dich an, um dort weiterzumachen, wo du warst.",
    reused:
      "Deine Sitzung wurde beendet, weil ihr Schlüssel zweimal benutzt wurde, was nicht vorkommen sollte. Wenn du die Daten deines Browsers nicht kopiert hast, ändere dein Passwort.",
    signedOut: "Du bist abgemeldet.",
    forgot: "Passwort vergessen?",
    noJournal: "Noch kein Tagebuch? <link>Beginne eines</link>",
    as: "als <strong>{email}</strong>",
    remember: "Angemeldet bleiben",
    passkey: "Mit einem Passkey anmelden",
    provider: "Weiter mit {provider}",
    completing: "Anmeldung läuft …",
    completingTab: "Anmeldung",
    notSignedIn: "Nicht angemeldet",
  },
  factor: {
    totp: "Code aus deiner Authenticator-App",
    totpHint: "Sechs Ziffern, die jede halbe Minute wechseln.",
    recovery: "Wiederherstellungscode",
    recoveryHint:
      "Einer der zehn, die du bekommen hast, etwa 7-4Z9K-0MXQ-T2VB-8RWD. Jeder gilt einmal.",
    useTotp: "Authenticator-App benutzen",
    useRecovery: "Wiederherstellungscode benutzen",
    again: "Neu anmelden",
    trust: "Hier 30 Tage lang nicht nach einem Code fragen",
    trustHint:
      "Nicht an einem Computer, den du mit anderen teilst. Nach dem Passwort wird weiter gefragt.",
  },
  resend: {
    again: "Link noch einmal senden",
    wait: "Noch einmal senden in {seconds, number} s",
    sent: "Gesendet. Es gilt der neueste Link.",
  },
  over: {
    title: "Melde dich an, um zu speichern",
    ended: "Deine Sitzung ist zu Ende.",
    reused: "Deine Sitzung wurde beendet, weil ihr Schlüssel zweimal benutzt wurde.",
    signedOut: "Du hast dich in einem anderen Tab abgemeldet.",
    replaced: "In diesem Browser wurde ein anderes Konto angemeldet.",
    unsaved:
      "{count, plural, one {Ein Eintrag} other {# Einträge}} auf dieser Seite {count, plural, one {konnte} other {konnten}} noch nicht gespeichert werden; nichts geht verloren, solange die Seite offen bleibt.",
    elsewhere:
      "Mit einem Passkey oder einem verbundenen Konto <link>melde dich in einem anderen Tab an</link>; diese Seite merkt es und macht weiter.",
    copy: "Text kopieren",
    leave: "Verlassen, ohne zu speichern",
    discard: "Ja, verwerfen",
  },
  signOut: {
    label: "Abmelden",
    busy: "Abmeldung läuft …",
    failed: "Du bist noch angemeldet. {reason}",
    askTitle: "Nicht alles ist gespeichert",
    ask: "Einiges von dem, was du geschrieben hast, ist noch nicht auf dem Server. Wenn du dich jetzt abmeldest, geht es verloren.",
    stay: "Angemeldet bleiben",
    lose: "Abmelden und verlieren",
  },
};
