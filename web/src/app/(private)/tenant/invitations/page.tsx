import { InvitationsPage } from "@/features/tenants/invitations-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("tenant.places", (t) => t("invitations"));

export default function Page() {
  return <InvitationsPage />;
}
