import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { ForgotPassword } from "@/features/auth/forgot-password.tsx";

export const metadata: Metadata = { title: "Forgot your password?" };

export default function Page() {
  return (
    <FormPage>
      <ForgotPassword />
    </FormPage>
  );
}
