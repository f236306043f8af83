import { useTranslations } from "use-intl";

/** The room of a chart that is on its way. */
export function ChartLoading({ className }: { className: string }) {
  const t = useTranslations("charts");
  return (
    <div role="status" className={`w-full animate-breathe rounded-md bg-desk ${className}`}>
      <span className="sr-only">{t("drawing")}</span>
    </div>
  );
}
