import { FormPage } from "@/components/form-page.tsx";
import { VerifyEmail } from "@/features/auth/verify-email.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("join.verify", (t) => t("title"));

export default function Page() {
  return (
    <FormPage>
      <VerifyEmail />
    </FormPage>
  );
}
