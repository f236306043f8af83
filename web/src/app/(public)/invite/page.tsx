import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { AcceptInvitation } from "@/features/tenants/accept-invitation.tsx";

export const metadata: Metadata = { title: "Invitation" };

export default function Page() {
  return (
    <FormPage>
      <AcceptInvitation />
    </FormPage>
  );
}
