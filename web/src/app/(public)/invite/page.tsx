import { FormPage } from "@/components/form-page.tsx";
import { AcceptInvitation } from "@/features/tenants/accept-invitation.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("join.invite", (t) => t("tab"));

export default function Page() {
  return (
    <FormPage>
      <AcceptInvitation />
    </FormPage>
  );
}
