import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { WeekPage } from "@/features/weekly-recaps/week-page.tsx";
import { translations } from "@/i18n/server.ts";
import { isWeek, numberOfWeek } from "@/lib/week.ts";

interface Props {
  params: Promise<{ week: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { week } = await params;
  if (!isWeek(week)) return {};
  const t = await translations("library.week");
  return { title: `${t("number", { number: numberOfWeek(week) })}, ${week.slice(0, 4)}` };
}

export default async function Page({ params }: Props) {
  const { week } = await params;
  if (!isWeek(week)) notFound();
  return <WeekPage key={week} week={week} />;
}
