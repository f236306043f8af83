import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { ForgotPassword } from "@/features/auth/forgot-password.tsx";

export const metadata: Metadata = { title: "Choose a new password" };

export default function Page() {
  return (
    <FormPage>
      <ForgotPassword />
    </FormPage>
  );
}
