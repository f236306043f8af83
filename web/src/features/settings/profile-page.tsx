"use client";

import { useLocale, useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Select } from "@/components/select.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useSaveSettings } from "./use-save-settings.ts";

const REGIONS = ["en-GB", "en-US", "en-AU", "en-CA", "en-IE", "en-IN", "en-NZ", "en-ZA"];
const GERMAN_REGIONS = ["de-DE", "de-AT", "de-CH", "de-LI", "de-LU"];

export function ProfilePage() {
  const t = useTranslations("settings");
  const shown = useLocale();
  const { displayName, locale } = useUser();
  const { faultOf } = useFailure();
  const save = useSaveSettings();
  const names = new Intl.DisplayNames(shown, { type: "language" });
  const offered = [...REGIONS, ...GERMAN_REGIONS];
  return (
    <>
      <PageHeading title={t("places.profile")}>{t("profile.hint")}</PageHeading>
      <Form
        error={save.error}
        fields={["displayName", "locale"]}
        onSubmit={(data) =>
          save.mutate({
            displayName: textOf(data, "displayName").trim(),
            locale: textOf(data, "locale"),
          })
        }
      >
        <Field
          name="displayName"
          label={t("profile.name")}
          hint={t("profile.nameHint")}
          autoComplete="name"
          maxLength={120}
          defaultValue={displayName}
          fault={faultOf(save.error, "displayName")}
        />
        <Select
          name="locale"
          label={t("profile.language")}
          hint={t("profile.languageHint")}
          key={locale}
          defaultValue={locale}
          fault={faultOf(save.error, "locale")}
        >
          {(offered.includes(locale) ? offered : [locale, ...offered]).map((tag) => (
            <option key={tag} value={tag}>
              {names.of(tag)}
            </option>
          ))}
        </Select>
        <Button
          type="submit"
          busyLabel={save.isPending && t("saving")}
          className="justify-self-start"
        >
          {t("save")}
        </Button>
      </Form>
    </>
  );
}
