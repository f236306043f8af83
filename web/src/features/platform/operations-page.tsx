"use client";

import type { Operations } from "@timos/api/contract";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Loaded } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Section } from "@/components/section.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useUser } from "@/features/account/use-user.ts";
import { useTimos } from "@/lib/client.tsx";

export function OperationsPage() {
  const t = useTranslations("platform");
  const { api } = useTimos();
  const operations = useQuery({
    queryKey: ["platform", "operations"],
    queryFn: ({ signal }) => api.admin.operations({ signal }),
  });
  return (
    <>
      <PageHeading title={t("places.operations")}>{t("operations.hint")}</PageHeading>
      <Loaded query={operations}>
        {(found) => (
          <div className="grid gap-10">
            <Proven {...found} />
            <Backups {...found} />
            <Runs {...found} />
          </div>
        )}
      </Loaded>
    </>
  );
}

function Proven({ lastProvenRestore, items }: Operations) {
  const t = useTranslations("platform.operations");
  const { at } = useInstant();
  const drill = items.find(({ kind }) => kind === "drill");
  const isWell = lastProvenRestore !== null && drill?.isLate === false;
  const Sign = isWell ? CircleCheck : CircleAlert;
  return (
    <p className={`flex items-start gap-2 font-medium ${isWell ? "text-good" : "text-danger"}`}>
      <Sign aria-hidden className="mt-0.75 size-4.5 shrink-0" />
      <span>
        {lastProvenRestore === null
          ? t("notProven")
          : t("proven", {
              date: at(lastProvenRestore.at),
              taken: at(lastProvenRestore.takenAt),
            })}
      </span>
    </p>
  );
}

function Backups({ backups }: Operations) {
  const t = useTranslations("platform.operations");
  const { at } = useInstant();
  const { ago } = useAge();
  return (
    <Section title={t("backups")} hint={t("backupsHint")}>
      <Table headings={[t("set"), t("holds"), t("age")]}>
        {backups.map(({ set, takenAt, ageSeconds, isLate }) => (
          <tr key={set} className="border-b border-line">
            <th scope="row" className="py-3 pe-4 text-start font-medium">
              {t(`sets.${set}`)}
            </th>
            <td className="py-3 pe-4 tabular-nums">
              {takenAt === null ? t("never") : at(takenAt)}
            </td>
            <td className="py-3 pe-4">
              {ageSeconds !== null && ago(ageSeconds)} {isLate && <Late />}
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function Runs({ items }: Operations) {
  const t = useTranslations("platform.operations");
  const { at } = useInstant();
  const { ago } = useAge();
  const { dateLocale } = useUser();
  return (
    <Section title={t("runs")}>
      <Table headings={[t("run"), t("began"), t("outcome"), t("size")]}>
        {items.map(({ kind, newest, newestSuccess, ageSeconds, isLate }) => (
          <tr key={kind} className="border-b border-line">
            <th scope="row" className="py-3 pe-4 text-start font-medium">
              {t(`kinds.${kind}`)} {isLate && <Late />}
            </th>
            <td className="py-3 pe-4 tabular-nums">
              {newest === null ? t("never") : at(newest.startedAt)}
            </td>
            <td className={`py-3 pe-4 ${newest?.outcome === "failed" ? "text-danger" : ""}`}>
              {newest !== null && t(`outcomes.${newest.outcome}`)}
              {newest !== null && newest.outcome !== "ok" && (
                <span className="block text-sm text-soft">
                  {newestSuccess === null || ageSeconds === null
                    ? t("neverWell")
                    : t("lastWell", { ago: ago(ageSeconds) })}
                </span>
              )}
            </td>
            <td className="py-3 pe-4 tabular-nums max-sm:hidden">
              {typeof newest?.bytes === "number" && sizeOf(newest.bytes, dateLocale)}
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function Table({ headings, children }: { headings: readonly string[]; children: ReactNode }) {
  return (
    <table className="w-full border-collapse text-start">
      <thead>
        <tr className="border-b border-line text-sm text-soft">
          {headings.map((heading) => (
            <th
              key={heading}
              scope="col"
              className="py-2 pe-4 text-start font-medium max-sm:nth-4:hidden"
            >
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function Late() {
  const t = useTranslations("platform.operations");
  return (
    <span className="rounded-sm bg-danger-wash px-1.5 text-sm font-medium text-danger">
      {t("late")}
    </span>
  );
}

const UNITS = [
  ["kilobyte", 1e3],
  ["megabyte", 1e6],
  ["gigabyte", 1e9],
] as const;

function sizeOf(bytes: number, locale: string): string {
  const [unit, size] = UNITS.findLast(([, from]) => bytes >= from) ?? UNITS[0];
  const format = { style: "unit", unit, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, format).format(bytes / size);
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Writes ages in words, such as `14 hours ago`: what is done daily in hours, what is done weekly in days. */
function useAge() {
  const { dateLocale } = useUser();
  const words = new Intl.RelativeTimeFormat(dateLocale);
  return {
    ago: (seconds: number) => {
      if (seconds < HOUR) return words.format(-Math.floor(seconds / 60), "minute");
      if (seconds < 2 * DAY) return words.format(-Math.floor(seconds / HOUR), "hour");
      return words.format(-Math.floor(seconds / DAY), "day");
    },
  };
}
