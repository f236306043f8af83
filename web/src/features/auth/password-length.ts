import { useTranslations } from "use-intl";
import { PASSWORD_LENGTH } from "@/lib/contract.ts";

/** What is asked of a new password, and what is wrong with the length of one; characters as a person counts them. */
export function usePasswordLength() {
  const t = useTranslations("fields");
  const { min, max } = PASSWORD_LENGTH;
  return {
    hint: t("passwordHint", { min }),
    faultOfLength: (password: string): string | undefined => {
      const { length } = Array.from(password);
      if (length < min) return t("tooShort", { length, min });
      return length > max ? t("tooLong", { length, max }) : undefined;
    },
  };
}
