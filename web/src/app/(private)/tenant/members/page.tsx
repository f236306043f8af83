import { MembersPage } from "@/features/tenants/members-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("tenant.places", (t) => t("members"));

export default function Page() {
  return <MembersPage />;
}
