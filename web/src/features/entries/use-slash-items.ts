import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { useUser } from "@/features/account/use-user.ts";
import { clockIn, formatDay } from "@/lib/day.ts";
import type { SlashItem } from "./slash.ts";

interface Template {
  readonly id: string;
  readonly name: string;
  readonly body: string;
}

/** What a slash offers: what Markdown can do, the time and the date where the person lives, and their templates. */
export function useSlashItems(templates: readonly Template[] | undefined): readonly SlashItem[] {
  const t = useTranslations("writing.slash");
  const { timeZone, dateLocale } = useUser();
  return useMemo(() => {
    const line = (id: LineId, mark: string): SlashItem => ({
      id,
      name: t(id),
      words: t(`${id}Words`),
      sign: mark.trim(),
      does: { is: "line", mark },
    });
    return [
      line("heading", "# "),
      line("subheading", "## "),
      line("list", "- "),
      line("numbered", "1. "),
      line("todo", "- [ ] "),
      line("quote", "> "),
      {
        id: "divider",
        name: t("divider"),
        words: t("dividerWords"),
        sign: "---",
        does: { is: "block", text: "---\n", caret: 4 },
      },
      {
        id: "code",
        name: t("code"),
        words: t("codeWords"),
        sign: "```",
        does: { is: "block", text: "```\n\n```", caret: 4 },
      },
      {
        id: "time",
        name: t("time"),
        words: t("timeWords"),
        sign: "",
        does: { is: "text", text: () => clockIn(timeZone, new Date()).time },
      },
      {
        id: "date",
        name: t("date"),
        words: t("dateWords"),
        sign: "",
        does: {
          is: "text",
          text: () =>
            formatDay(clockIn(timeZone, new Date()).day, dateLocale, { dateStyle: "long" }),
        },
      },
      ...(templates ?? []).map(({ id, name, body }): SlashItem => ({
        id,
        name: t("template", { name }),
        words: name,
        sign: "",
        does: { is: "text", text: () => body },
      })),
    ];
  }, [t, timeZone, dateLocale, templates]);
}

type LineId = "heading" | "subheading" | "list" | "numbered" | "todo" | "quote";
