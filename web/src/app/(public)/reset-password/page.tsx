import { FormPage } from "@/components/form-page.tsx";
import { ResetPassword } from "@/features/auth/reset-password.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("join.reset", (t) => t("title"));

export default function Page() {
  return (
    <FormPage>
      <ResetPassword />
    </FormPage>
  );
}
