import { useTranslations } from "use-intl";
import { Field } from "@/components/field.tsx";
import { useFailure } from "@/lib/failure.ts";

/** The name of something: what all kinds but a few begin with. */
export function NameField({ chosen, error }: { chosen: string | undefined; error: unknown }) {
  const t = useTranslations("library.fields");
  const { faultOf } = useFailure();
  return (
    <Field
      name="name"
      label={t("name")}
      defaultValue={chosen}
      maxLength={100}
      required
      autoComplete="off"
      fault={faultOf(error, "name")}
    />
  );
}
