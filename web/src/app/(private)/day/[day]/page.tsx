import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DayPage } from "@/features/days/day-page.tsx";
import { dateLocaleOf } from "@/i18n/locale.ts";
import { pageLocale } from "@/i18n/server.ts";
import { Words } from "@/i18n/words.tsx";
import { formatDay, isDay } from "@/lib/day.ts";

interface Props {
  params: Promise<{ day: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { day } = await params;
  if (!isDay(day)) return {};
  const locale = dateLocaleOf("", await pageLocale());
  return { title: formatDay(day, locale, { day: "numeric", month: "long", year: "numeric" }) };
}

export default async function Page({ params }: Props) {
  const { day } = await params;
  if (!isDay(day)) notFound();
  return (
    <Words of={["dayFlow"]}>
      <DayPage key={day} day={day} />
    </Words>
  );
}
