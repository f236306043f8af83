import { PillarPage } from "@/features/pillars/pillar-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("journal.places", (t) => t("pillars"));

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <PillarPage id={(await params).id} />;
}
