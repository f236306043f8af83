import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { KeepEmail } from "@/features/auth/keep-email.tsx";

export const metadata: Metadata = { title: "Keep your address" };

export default function Page() {
  return (
    <FormPage>
      <KeepEmail />
    </FormPage>
  );
}
