import type { Translated } from "../translated.ts";
import type { failures as english } from "../en/failures.ts";

export const failures: Translated<typeof english> = {
  codes: {
    invalid_request: "Die Eingabe ist nicht gültig.",
    unauthenticated: "Melde dich an, um fortzufahren.",
    invalid_credentials: "E-Mail-Adresse und Passwort passen nicht zusammen.",
    token_expired: "Der Zugang ist abgelaufen.",
    session_revoked: "Diese Sitzung ist beendet. Melde dich wieder an.",
    refresh_reused: "Diese Sitzung wurde beendet, weil ihr Schlüssel zweimal benutzt wurde.",
    mfa_invalid_code: "Dieser Code stimmt nicht.",
    mfa_code_already_used: "Dieser Code wurde schon benutzt. Warte auf den nächsten.",
    mfa_required: "Es braucht auch einen Code deines zweiten Faktors.",
    password_required:
      "Gib das Passwort ein, das bei der Registrierung gewählt wurde, oder wähle ein neues.",
    passkey_refused: "Dieser Passkey wurde nicht angenommen. Versuche es noch einmal.",
    mfa_token_expired: "Das dauerte zu lange. Melde dich noch einmal an.",
    reauth_required: "Zeige dafür noch einmal, dass du es bist.",
    csrf_failed: "Die Anfrage kam nicht von dieser Seite.",
    email_not_verified: "Bestätige zuerst deine E-Mail-Adresse.",
    account_suspended: "Dieses Konto ist gesperrt.",
    mfa_required_by_policy:
      "Deine Organisation verlangt einen zweiten Faktor. Richte zuerst einen ein.",
    forbidden: "Das darfst du nicht.",
    not_found: "Hier ist nichts.",
    method_not_allowed: "Diese Adresse beantwortet diese Methode nicht.",
    conflict: "Das gibt es schon.",
    link_required:
      "Es gibt ein Konto mit dieser Adresse. Melde dich dort an, um beide zu verbinden.",
    identity_already_linked: "Diese Identität ist mit einem anderen Konto verbunden.",
    last_sign_in_method: "Ohne das könntest du dich nicht mehr anmelden.",
    last_owner: "Jemand muss Eigentümer bleiben. Übergib es zuerst.",
    gone: "Dieser Link ist benutzt oder abgelaufen.",
    provider_refused: "Der Anbieter hat nicht bestätigt, wer du bist.",
    provider_email_missing:
      "Der Anbieter hat deine E-Mail-Adresse nicht genannt, die ein Konto braucht.",
    rev_mismatch: "Es wurde inzwischen geändert.",
    payload_too_large: "Die Anfrage ist zu groß.",
    unsupported_media_type: "Die Anfrage muss JSON sein.",
    weak_password: "Wähle ein stärkeres Passwort.",
    rate_limited: "Zu viele Anfragen. Warte ein wenig.",
    too_many_attempts: "Zu viele Fehlversuche. Warte ein wenig.",
    internal: "Bei uns ging etwas schief.",
    record_unreadable:
      "Was davon gespeichert ist, lässt sich nicht öffnen. Schreibe eine frühere Fassung neu, oder bitte um eine Wiederherstellung.",
    passkeys_unavailable:
      "Passkeys brauchen einen Domainnamen, und dieser Server wird über seine Adresse benutzt. Wer ihn betreibt, kann ihm einen geben.",
    vault_unavailable: "Das Tagebuch ist nicht erreichbar. Versuche es gleich noch einmal.",
    platform_unavailable: "Die Konten sind nicht erreichbar. Versuche es gleich noch einmal.",
    provider_unavailable:
      "Der Anbieter ist nicht erreichbar. Versuche es gleich noch einmal, oder melde dich anders an.",
    overloaded: "Zu viel auf einmal. Versuche es gleich noch einmal.",
  },
  unreachable: "TimOS ist nicht erreichbar. Prüfe deine Verbindung und versuche es noch einmal.",
  unknown: "Hier ging etwas schief. Versuche es noch einmal.",
  report: "Wenn es anhält, melde es mit der Nummer {requestId}.",
  seconds: "Versuche es in {seconds, number} Sekunden noch einmal.",
  minutes: "Versuche es in {minutes, number} Minuten noch einmal.",
  field: "Sieh dir das noch einmal an.",
};
