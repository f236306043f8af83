import { FormPage } from "@/components/form-page.tsx";
import { ConfirmEmail } from "@/features/auth/confirm-email.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("join.confirmEmail", (t) => t("tab"));

export default function Page() {
  return (
    <FormPage>
      <ConfirmEmail />
    </FormPage>
  );
}
