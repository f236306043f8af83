import { isDay } from "@timos/api/contract";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DayPage } from "@/features/days/day-page.tsx";
import { formatDay } from "@/lib/day.ts";

interface Props {
  params: Promise<{ day: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { day } = await params;
  if (!isDay(day)) return {};
  return { title: formatDay(day, "en-GB", { day: "numeric", month: "long", year: "numeric" }) };
}

export default async function Page({ params }: Props) {
  const { day } = await params;
  if (!isDay(day)) notFound();
  return <DayPage key={day} day={day} />;
}
