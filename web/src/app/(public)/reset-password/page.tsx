import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { ResetPassword } from "@/features/auth/reset-password.tsx";

export const metadata: Metadata = { title: "Choose a new password" };

export default function Page() {
  return (
    <FormPage>
      <ResetPassword />
    </FormPage>
  );
}
