import type { Translated } from "../translated.ts";
import type { erased as english } from "../en/erased.ts";

export const erased: Translated<typeof english> = {
  tab: "Gelöscht",
  title: "Dein Konto ist gelöscht",
  text: "Die Schlüssel zu deinem Tagebuch sind vernichtet. Bewahre diese Quittung auf: Drucke die Seite, oder notiere die Nummer.",
  number: "Quittung",
  requested: "Verlangt",
  unreadable: "In keiner Sicherung mehr nach dem",
  noReceipt: "In dieser Adresse steht keine Quittung.",
};
