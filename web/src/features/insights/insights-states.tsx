import { useTranslations } from "use-intl";
import { Notice } from "@/components/notice.tsx";

const block = "animate-breathe rounded-md bg-desk";

/** The room of what is on its way: a chart, then several small ones. */
export function InsightsLoading() {
  const t = useTranslations("insights");
  return (
    <div role="status" className="grid gap-12">
      <span className="sr-only">{t("loading")}</span>
      <div aria-hidden className="grid gap-5 border-t border-line pt-8">
        <div className={`h-8 w-32 ${block}`} />
        <div className={`h-7 w-3/4 ${block}`} />
        <div className={`h-48 ${block}`} />
      </div>
      <div aria-hidden className="grid gap-5 border-t border-line pt-8">
        <div className={`h-8 w-32 ${block}`} />
        <div className="grid gap-8 sm:grid-cols-2">
          {[1, 2, 3, 4].map((index) => (
            <div key={index} className={`h-60 ${block}`} />
          ))}
        </div>
      </div>
    </div>
  );
}

/** Says that figures lack records that do not open; nothing for none. */
export function UnreadableNotice({ count }: { count: number }) {
  const t = useTranslations("insights.unreadable");
  if (count === 0) return null;
  return (
    <Notice tone="danger" title={t("title", { count })}>
      <p>{t("text", { count })}</p>
    </Notice>
  );
}
