import { FormPage } from "@/components/form-page.tsx";
import { Erased } from "@/features/settings/erased.tsx";
import { titled } from "@/i18n/server.ts";
import { Words } from "@/i18n/words.tsx";

export const generateMetadata = titled("erased", (t) => t("tab"));

export default function Page() {
  return (
    <FormPage>
      <Words of={["erased"]}>
        <Erased />
      </Words>
    </FormPage>
  );
}
