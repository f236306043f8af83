import { FormPage } from "@/components/form-page.tsx";
import { ForgotPassword } from "@/features/auth/forgot-password.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("join.forgot", (t) => t("title"));

export default function Page() {
  return (
    <FormPage>
      <ForgotPassword />
    </FormPage>
  );
}
