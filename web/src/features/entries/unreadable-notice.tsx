import { useTranslations } from "use-intl";
import { Notice } from "@/components/notice.tsx";

/** Says that a day has entries which are not shown, since what is stored of them does not open; nothing for none. */
export function UnreadableNotice({ count }: { count: number }) {
  const t = useTranslations("journal.unreadable");
  if (count === 0) return null;
  return (
    <div className="py-4 sm:ps-[7.375rem]">
      <Notice tone="danger" title={t("title", { count })}>
        <p>{t("text", { count })}</p>
      </Notice>
    </div>
  );
}
