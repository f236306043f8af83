import type { Letter, Letters, Paragraph, Whence } from "./letters.ts";
import { named } from "./named.ts";

const notice = (subject: string, whence: Whence, ...paragraphs: Paragraph[]): Letter => ({
  subject,
  paragraphs: [
    ...paragraphs,
    {
      facts: [
        ["Gerät", whence.device],
        ["Zeit", whence.at],
      ],
    },
    "Warst du das nicht, ändere sofort dein Passwort und melde alle anderen Geräte ab.",
  ],
});

export const de: Letters = {
  language: "de",
  device: (program, system) =>
    system === undefined
      ? (program ?? "Ein unbekanntes Gerät")
      : `${program ?? "Ein Browser"} unter ${system}`,
  verifyEmail: (link) => ({
    subject: "Bestätige deine E-Mail-Adresse für TimOS",
    paragraphs: [
      "Willkommen bei TimOS.",
      "Öffne diesen Link, um deine E-Mail-Adresse zu bestätigen und dich anzumelden. Er gilt einmal, 24 Stunden lang.",
      { link, label: "Adresse bestätigen" },
      "Hast du kein Konto angelegt, beachte diese Mail nicht. Ohne den Link kann niemand das Konto benutzen.",
    ],
  }),
  accountExists: (link) => ({
    subject: "Du hast schon ein TimOS-Konto",
    paragraphs: [
      "Jemand, vermutlich du, hat sich mit dieser Adresse bei TimOS registriert. Du hast aber schon ein Konto.",
      { link, label: "Anmelden" },
      "Warst du das nicht, ist nichts zu tun. Es wurde nichts geändert.",
    ],
  }),
  resetPassword: (link) => ({
    subject: "Wähle ein neues Passwort für TimOS",
    paragraphs: [
      "Öffne diesen Link, um ein neues Passwort zu wählen. Er gilt einmal, 30 Minuten lang.",
      { link, label: "Passwort wählen" },
      "Hast du nicht darum gebeten, beachte diese Mail nicht. Dein Passwort bleibt, wie es ist.",
    ],
  }),
  passwordChanged: (whence) =>
    notice(
      "Dein TimOS-Passwort wurde geändert",
      whence,
      "Dein Passwort wurde geändert. Alle anderen Geräte wurden abgemeldet.",
    ),
  signInGuarded: (link) => ({
    subject: "Jemand versucht, sich bei deinem TimOS-Konto anzumelden",
    paragraphs: [
      "Es gab viele fehlgeschlagene Anmeldungen an deinem Konto. Browser, die du schon benutzt hast, melden sich an wie immer; andere müssen warten.",
      "Um dich jetzt von einem neuen Browser aus anzumelden, öffne dort diesen Link. Er gilt einmal, 10 Minuten lang.",
      { link, label: "Von diesem Browser anmelden" },
      "Niemand ist hineingekommen. Du musst nichts tun.",
    ],
  }),
  passwordBlocked: (link) => ({
    subject: "Dein TimOS-Passwort wurde abgeschaltet",
    paragraphs: [
      "Es gab hundert fehlgeschlagene Anmeldungen an deinem Konto, deshalb gilt sein Passwort nicht mehr. Niemand ist hineingekommen.",
      "Öffne diesen Link, um ein neues zu wählen. Er gilt einmal, einen Tag lang; du kannst jederzeit einen weiteren anfordern.",
      { link, label: "Passwort wählen" },
      "Passkeys und verbundene Konten melden dich an wie immer.",
    ],
  }),
  newDevice: (whence) =>
    notice(
      "Neue Anmeldung bei TimOS",
      whence,
      "Du hast dich von einem Browser angemeldet, der für dein Konto noch nicht benutzt wurde.",
    ),
  sessionReused: (whence) =>
    notice(
      "Eine TimOS-Sitzung wurde beendet",
      whence,
      "Derselbe Schlüssel einer Sitzung wurde zweimal benutzt; das geschieht, wenn er von einem Gerät kopiert wurde. Die Sitzung wurde beendet. Melde dich neu an.",
    ),
  secondFactorOn: (whence) =>
    notice(
      "Die Anmeldung in zwei Schritten ist an",
      whence,
      "Zum Anmelden gehört jetzt ein Code aus deiner Authenticator-App. Bewahre die Wiederherstellungscodes dort auf, wo du sie ohne dein Telefon findest.",
    ),
  secondFactorOff: (whence) =>
    notice(
      "Die Anmeldung in zwei Schritten ist aus",
      whence,
      "Zum Anmelden gehört kein Code mehr. Vertraute Geräte und Wiederherstellungscodes wurden entfernt.",
    ),
  secondFactorGuessed: (whence) =>
    notice(
      "Falsche Codes für dein TimOS-Konto",
      whence,
      "Jemand ist bis zum zweiten Faktor deines Kontos gekommen und hat fünf falsche Codes eingegeben. Mit ihnen ist niemand hineingekommen.",
      "Wer es auch war, kennt dein Passwort oder hat dein Postfach oder ein verbundenes Konto.",
    ),
  recoveryCodesMade: (whence) =>
    notice(
      "Neue Wiederherstellungscodes für TimOS",
      whence,
      "Die bisherigen Wiederherstellungscodes gelten nicht mehr.",
    ),
  recoveryCodeUsed: (whence, left) =>
    notice(
      "Ein TimOS-Wiederherstellungscode wurde benutzt",
      whence,
      `Zum Anmelden wurde ein Wiederherstellungscode benutzt. Übrig sind ${left}.`,
    ),
  passkeyAdded: (name, whence) =>
    notice(
      "Ein Passkey wurde zu TimOS hinzugefügt",
      whence,
      `Der Passkey „${name}“ kann dich jetzt anmelden.`,
    ),
  passkeyRemoved: (name, whence) =>
    notice(
      "Ein Passkey wurde aus TimOS entfernt",
      whence,
      `Der Passkey „${name}“ kann dich nicht mehr anmelden.`,
    ),
  providerLinked: (provider, identity, whence) =>
    notice(
      `${provider} kann dich bei TimOS anmelden`,
      whence,
      `Dein Konto wurde mit ${identity} bei ${provider} verbunden.`,
    ),
  providerUnlinked: (provider, identity, whence) =>
    notice(
      `${provider} kann dich bei TimOS nicht mehr anmelden`,
      whence,
      `Die Verbindung mit ${identity} bei ${provider} wurde entfernt.`,
    ),
  apiTokenMade: (name, whence) =>
    notice(
      "Ein TimOS-Zugangstoken wurde angelegt",
      whence,
      `Mit dem Token „${name}“ kann ein Programm dein Konto benutzen.`,
    ),
  confirmEmail: (link) => ({
    subject: "Bestätige deine neue E-Mail-Adresse für TimOS",
    paragraphs: [
      "Jemand möchte diese Adresse für ein TimOS-Konto verwenden. Warst du das, öffne diesen Link. Er gilt einmal, 60 Minuten lang.",
      { link, label: "Adresse verwenden" },
      "Warst du das nicht, tu nichts: Es ist nicht dein Konto, und es behält die Adresse, die es hat.",
    ],
  }),
  emailChanging: (newEmail, link) => ({
    subject: "Deine TimOS-Adresse soll geändert werden",
    paragraphs: [
      `Jemand, vermutlich du, möchte ${newEmail} für dein Konto verwenden. Das gilt, sobald jene Adresse bestätigt ist.`,
      "Warst du das nicht, öffne diesen Link, um es aufzuhalten, und ändere dein Passwort.",
      { link, label: "Diese Adresse behalten" },
    ],
  }),
  emailChanged: (newEmail, link) => ({
    subject: "Deine TimOS-Adresse wurde geändert",
    paragraphs: [
      `Dein Konto verwendet jetzt ${newEmail}.`,
      "Warst du das nicht, öffne innerhalb von 48 Stunden diesen Link, um diese Adresse zurückzubekommen und alle abzumelden.",
      { link, label: "Rückgängig machen" },
    ],
  }),
  emailChangeUndone: (link) => ({
    subject: "Deine TimOS-Adresse ist wieder diese",
    paragraphs: [
      "Die Änderung deiner E-Mail-Adresse wurde rückgängig gemacht. Alle wurden abgemeldet, Zugriffstoken widerrufen, und was seit der Anfrage oder in der Woche davor zum Anmelden hinzugefügt wurde, ist entfernt, auch eine Authenticator-App. Einladungen von deinem Konto, die niemand angenommen hat, gelten nicht mehr.",
      "Dein Passwort gilt nicht mehr, denn wer die Adresse geändert hat, kennt es vielleicht. Öffne diesen Link, um ein neues zu wählen. Er gilt einmal, 30 Minuten lang; du kannst jederzeit einen neuen anfordern.",
      { link, label: "Passwort wählen" },
    ],
  }),
  emailInUse: () => ({
    subject: "Jemand wollte deine E-Mail-Adresse bei TimOS verwenden",
    paragraphs: [
      "Jemand wollte diese Adresse für ein anderes TimOS-Konto verwenden. Sie gehört zu deinem, deshalb wurde nichts geändert; gesagt wurde es niemandem.",
      "Warst du es selbst: Eine Adresse gehört immer nur zu einem Konto.",
    ],
  }),
  emailReserved: () => ({
    subject: "Diese E-Mail-Adresse ist bei TimOS noch nicht frei",
    paragraphs: [
      "Jemand, vermutlich du, wollte diese Adresse für ein TimOS-Konto verwenden. Bis vor Kurzem gehörte sie zu einem anderen Konto, und 48 Stunden lang wird sie freigehalten, falls die Änderung nicht von dessen Inhaberin oder Inhaber kam.",
      "War das Konto deines und hast du die Adresse nicht geändert, hol sie mit dem Link in der Mail zurück, die dir davon erzählt hat. Sonst versuch es in zwei Tagen noch einmal.",
    ],
  }),
  invitation: (tenant, inviter, link) => ({
    subject: "Einladung bei TimOS",
    paragraphs: [
      `„${named(inviter)}“, so der eigene Name, lädt dich zu „${named(tenant)}“ ein. Niemand dort kann lesen, was du schreibst.`,
      { link, label: "Einladung annehmen" },
      "Sie gilt einmal, 7 Tage lang, für ein Konto mit dieser E-Mail-Adresse.",
    ],
  }),
  memberRemoved: (tenant) => ({
    subject: `Du bist nicht mehr in ${named(tenant)} bei TimOS`,
    paragraphs: [
      `Jemand aus der Verwaltung hat dich aus „${named(tenant)}“ entfernt. Dein Konto und dein Tagebuch sind, wie sie waren, in einem eigenen Bereich.`,
      "Niemand dort konnte lesen, was du schreibst, und niemand kann es jetzt.",
    ],
  }),
  roleChanged: (tenant, role) => ({
    subject: `Deine Rolle in ${named(tenant)} bei TimOS ist eine andere`,
    paragraphs: [
      `In „${named(tenant)}“ hast du jetzt die Rolle ${{ owner: "Inhaber", admin: "Verwaltung", member: "Mitglied" }[role]}.`,
      "Dein Konto und dein Tagebuch sind, wie sie waren. Keine Rolle erlaubt, zu lesen, was andere schreiben.",
    ],
  }),
  accountSuspended: () => ({
    subject: "Dein TimOS-Konto wurde gesperrt",
    paragraphs: [
      "Eine Verwalterin oder ein Verwalter hat dein Konto gesperrt und überall abgemeldet. Nichts von dir wurde gelöscht, und niemand kann es lesen.",
      "Wende dich an die Betreiber dieses Servers.",
    ],
  }),
  accountErased: ({ id, requestedAt, unreadableAfter }) => ({
    subject: "Dein TimOS-Konto wurde gelöscht",
    paragraphs: [
      "Dein Konto und die Schlüssel zu deinem Tagebuch wurden vernichtet. Was du geschrieben hast, lässt sich nicht mehr öffnen.",
      `Sicherungen der Schlüssel bestehen noch wenige Tage. Nach dem ${unreadableAfter} (UTC) kann niemand mehr etwas von dir öffnen, auch nicht aus Sicherungen.`,
      {
        facts: [
          ["Beleg", id],
          ["Verlangt", requestedAt],
        ],
      },
      "Diese Mail und die Antwort, die du gesehen hast, sind die einzigen Belege. Warst du das nicht, wende dich sofort an die Betreiber dieses Servers.",
    ],
  }),
};
