import { FormPage } from "@/components/form-page.tsx";
import { SignUpForm } from "@/features/auth/sign-up-form.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("join.signUp", (t) => t("title"));

export default function Page() {
  return (
    <FormPage>
      <SignUpForm />
    </FormPage>
  );
}
