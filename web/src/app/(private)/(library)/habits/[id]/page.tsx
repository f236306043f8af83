import { HabitPage } from "@/features/habits/habit-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("habits"));

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <HabitPage id={(await params).id} />;
}
