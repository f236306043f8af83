import type { Translated } from "../translated.ts";
import type { proof as english } from "../en/proof.ts";

export const proof: Translated<typeof english> = {
  title: "Bist du es?",
  text: "Dafür möchte TimOS noch einmal sehen, dass du es bist. Danach geht es mit dem weiter, was du gerade tust.",
  code: "Code aus deiner Authenticator-App",
  codeHint: "Oder einer deiner Wiederherstellungscodes.",
  confirm: "Weiter",
  passkey: "Passkey benutzen",
  provider: "Noch einmal mit {provider} anmelden",
  providerHint: "Du kommst auf diese Seite zurück; drücke dort noch einmal, was du gedrückt hast.",
  none: "Es gibt noch nichts, womit du es zeigen könntest. Setze ein Passwort: „Passwort vergessen?“ auf der Anmeldeseite sendet dir einen Link.",
};
