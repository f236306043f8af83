import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { SignUpForm } from "@/features/auth/sign-up-form.tsx";

export const metadata: Metadata = { title: "Begin your journal" };

export default function Page() {
  return (
    <FormPage>
      <SignUpForm />
    </FormPage>
  );
}
