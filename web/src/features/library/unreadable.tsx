import { useTranslations } from "use-intl";
import { Notice } from "@/components/notice.tsx";

/** Says that records are missing from what is shown, since what is stored of them does not open; nothing for none. */
export function Unreadable({ count }: { count: number | undefined }) {
  const t = useTranslations("library.unreadable");
  if (count === undefined || count === 0) return null;
  return (
    <Notice tone="danger" title={t("title", { count })}>
      <p>{t("text", { count })}</p>
    </Notice>
  );
}
