import type { Translated } from "../translated.ts";
import type { join as english } from "../en/join.ts";

export const join: Translated<typeof english> = {
  wholeTitle: "Dieser Link ist nicht vollständig",
  whole: "Öffne den Link im Brief selbst.",
  goneTitle: "Dieser Link ist benutzt oder abgelaufen",
  gone: "Nichts wurde geändert.",
  checkMail: {
    title: "Sieh in deine Post",
    sent: "Ein Brief ist unterwegs an <strong>{email}</strong>. Öffne den Link darin, um die Adresse zu bestätigen, und dein Tagebuch ist bereit.",
    nothing:
      "Nach ein paar Minuten noch nichts? Sieh in der unerwünschten Post nach, oder lass ihn noch einmal senden.",
    outbox: "Postausgang der Entwicklung öffnen",
    otherAddress: "Andere Adresse benutzen",
  },
  signUp: {
    title: "Beginne dein Tagebuch",
    name: "Wie soll TimOS dich nennen?",
    optional: "Freiwillig.",
    create: "Tagebuch anlegen",
    creating: "Dein Tagebuch wird angelegt …",
  },
  verify: {
    title: "Bestätige deine Adresse",
    label: "Bestätigen und beginnen",
    text: "Dein Tagebuch öffnet sich in diesem Browser. Wenn du dich nicht registriert hast, schließe die Seite.",
    useless:
      "Wenn du deine Adresse schon bestätigt hast, melde dich einfach an. Sonst lass einen neuen Link senden.",
  },
  elsewhere: {
    title: "Welches Passwort wurde gewählt?",
    newTitle: "Wähle ein Passwort",
    wrong: "Mit dieser Adresse und diesem Passwort hat sich niemand registriert.",
    replaces:
      "Es tritt an die Stelle jedes zuvor gewählten: Wer sich mit deiner Adresse registriert hat, kommt nicht hinein.",
    signedUp:
      "Du hast dich in einem anderen Browser registriert. Gib das Passwort ein, das du dort gewählt hast.",
    notYou:
      "Wenn du dich nicht registriert hast, tat es jemand anderes mit deiner Adresse. Schließe die Seite, oder wähle ein Passwort für ein Tagebuch, das dir allein gehört.",
    useChosen: "Das gewählte eingeben",
    chooseNew: "Neues Passwort wählen",
  },
  newLink: {
    title: "Sieh in deine Post",
    sent: "Wenn {email} noch zu bestätigen ist, ist ein neuer Link dorthin unterwegs.",
    label: "Neuen Link senden",
  },
  forgot: {
    title: "Passwort vergessen?",
    text: "Wir senden an deine Adresse einen Link, um ein anderes zu wählen. Dein Tagebuch bleibt, wie es ist, was auch immer mit dem Passwort geschieht.",
    label: "Link senden",
    sent: "Wenn es für <strong>{email}</strong> ein Konto gibt, ist ein Brief dorthin unterwegs. Der Link darin gilt einmal, 30 Minuten lang.",
    nothing: "Nach ein paar Minuten noch nichts? Sieh in der unerwünschten Post nach.",
    back: "Zurück zur Anmeldung",
  },
  reset: {
    title: "Wähle ein neues Passwort",
    password: "Neues Passwort",
    code: "Code deines zweiten Faktors",
    codeHint: "Aus deiner Authenticator-App, oder einer deiner Wiederherstellungscodes.",
    label: "Passwort ändern",
    busy: "Dein Passwort wird geändert …",
    everyDevice:
      "Alle Geräte werden dadurch abgemeldet. An dem, was du schriebst, ändert sich nichts.",
    doneTitle: "Dein Passwort ist geändert",
    done: "Alle Geräte wurden abgemeldet. Melde dich mit dem neuen Passwort an.",
    newLink: "Neuen Link senden lassen",
    useless: "Dein Passwort ist, was es war.",
  },
  confirmEmail: {
    tab: "Andere Adresse benutzen",
    title: "Diese Adresse benutzen?",
    label: "Diese Adresse benutzen",
    text: "Dein Konto bekommt die Adresse, an die dieser Link ging.",
    others: "Alle anderen Geräte werden abgemeldet. Die bisherige Adresse erfährt davon.",
    notYou: "Wenn du das nicht verlangt hast, schließe die Seite: Es ist nicht dein Konto.",
    doneTitle: "Dein Konto hat jetzt diese Adresse",
    done: "Alle anderen Geräte wurden abgemeldet. Melde dich von nun an mit der neuen Adresse an.",
    goOn: "Weiter",
  },
  keepEmail: {
    tab: "Adresse behalten",
    title: "Deine Adresse behalten?",
    label: "Diese Adresse behalten",
    stopped: "Die Änderung deiner Adresse wird aufgehalten.",
    takenBack:
      "Ist sie schon geschehen, wird sie zurückgenommen: Alle werden abgemeldet, und du wählst ein neues Passwort.",
    cancelledTitle: "Deine Adresse bleibt, wie sie ist",
    cancelled: "Wenn nicht du eine andere verlangt hast, ändere jetzt dein Passwort.",
    undoneTitle: "Dein Konto hat seine Adresse zurück",
    undone: "Alle wurden abgemeldet, und das Passwort gilt nicht mehr.",
    removed:
      "Passkeys und verbundene Konten, die seit dem Wunsch nach der Änderung oder in der Woche davor hinzukamen, wurden entfernt, und offene Einladungen zurückgenommen.",
    letter: "Sieh in deine Post: Ein Brief hat einen Link, um ein neues zu wählen.",
  },
  invite: {
    tab: "Einladung",
    title: "Einladung annehmen?",
    label: "Einladung annehmen",
    move: "Du ziehst mit allem, was dir gehört, in den Bereich um, der dich eingeladen hat.",
    sees: "Wer ihn betreibt, sieht, dass du Mitglied bist, und nichts von dem, was du schreibst.",
    doneTitle: "Du bist jetzt in {name}",
    done: "Alles, was du geschrieben hast, kam mit. Niemand dort kann es lesen.",
    toJournal: "Zu deinem Tagebuch",
    signInTitle: "Melde dich an, um die Einladung anzunehmen",
    forAddress: "Sie ist für ein Konto mit der Adresse, an die die Einladung ging.",
    openAgain:
      "Wenn du jetzt eines anlegst oder dich mit einem anderen Dienst anmeldest, öffne die Einladung danach noch einmal.",
    begin: "Tagebuch beginnen",
  },
};
