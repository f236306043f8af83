import { useLocale, useTranslations } from "use-intl";
import { ApiError, UnreachableError } from "@/lib/api.ts";

/** Tells failures in the words of a person: what happened and what to do. */
export function useFailure() {
  const t = useTranslations("failures");
  const isEnglish = useLocale() === "en";

  function explain(error: unknown): string {
    if (error instanceof UnreachableError) return t("unreachable");
    if (!(error instanceof ApiError)) return t("unknown");
    // The API writes English, and there knows more of the case than its code tells.
    const message = isEnglish && error.message !== "" ? error.message : t(`codes.${error.code}`);
    if (error.status === 429) return `${message} ${waitOf(error)}`.trim();
    if (error.code === "internal" && error.requestId) {
      return `${message} ${t("report", { requestId: error.requestId })}`;
    }
    return message;
  }

  function waitOf({ retryAfterSeconds: seconds }: ApiError): string {
    if (seconds === undefined) return "";
    if (seconds < 90) return t("seconds", { seconds });
    return t("minutes", { minutes: Math.ceil(seconds / 60) });
  }

  /** What the API found wrong with one field of the body. */
  function faultOf(error: unknown, field: string): string | undefined {
    const fault = findFault(error, field);
    return fault && (isEnglish ? sentence(fault.message) : t("field"));
  }

  return { explain, faultOf };
}

function findFault(error: unknown, field: string) {
  if (!(error instanceof ApiError)) return undefined;
  return error.faults.find(({ path }) => path === field || path === `body.${field}`);
}

export const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
