import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { ConfirmEmail } from "@/features/auth/confirm-email.tsx";

export const metadata: Metadata = { title: "Use another address" };

export default function Page() {
  return (
    <FormPage>
      <ConfirmEmail />
    </FormPage>
  );
}
