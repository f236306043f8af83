import type { Translated } from "../translated.ts";
import type { fields as english } from "../en/fields.ts";

export const fields: Translated<typeof english> = {
  email: "E-Mail-Adresse",
  password: "Passwort",
  showPassword: "Passwort zeigen",
  hidePassword: "Passwort verbergen",
  passwordHint:
    "Mindestens {min, number} Zeichen. Ein paar Wörter ohne Zusammenhang eignen sich gut.",
  tooShort: "Das sind {length, number} von mindestens {min, number} Zeichen.",
  tooLong: "Das sind {length, number} von höchstens {max, number} Zeichen.",
  zone: "Zeitzone",
  zoneDetecting: "Wird erkannt …",
  zoneHint: "Sie bestimmt, wann einer deiner Tage endet und der nächste beginnt.",
};
