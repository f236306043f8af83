import { type Messages, useTranslations } from "use-intl";

/** Names what the audit tells of; what there is no name for, as it is written there. */
export function useEventName() {
  const t = useTranslations("events");
  return (action: string): string => {
    const key = action.replaceAll(".", "_") as keyof Messages["events"];
    return t.has(key) ? t(key) : action;
  };
}
