import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { VerifyEmail } from "@/features/auth/verify-email.tsx";

export const metadata: Metadata = { title: "Confirm your address" };

export default function Page() {
  return (
    <FormPage>
      <VerifyEmail />
    </FormPage>
  );
}
