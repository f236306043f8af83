import { FormPage } from "@/components/form-page.tsx";
import { KeepEmail } from "@/features/auth/keep-email.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("join.keepEmail", (t) => t("tab"));

export default function Page() {
  return (
    <FormPage>
      <KeepEmail />
    </FormPage>
  );
}
