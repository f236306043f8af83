"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Failure } from "@/components/failure.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { saveFile } from "@/lib/save-file.ts";
import { EraseSection } from "./erase-section.tsx";
import { VaultSection } from "./vault-section.tsx";

export function DataPage() {
  const t = useTranslations("settings");
  return (
    <>
      <PageHeading title={t("places.data")} />
      <div className="grid gap-10">
        <VaultSection />
        <ExportSection />
        <EmailSection />
        <EraseSection />
      </div>
    </>
  );
}

function ExportSection() {
  const t = useTranslations("settings.export");
  const { api } = useTimos();
  const copy = useMutation({
    mutationFn: () => api.account.export(),
    onSuccess: (data) =>
      saveFile("timos-account.json", "application/json", JSON.stringify(data, null, 2)),
  });
  return (
    <Section title={t("title")} hint={t("hint")}>
      <Failure of={copy.error} />
      <Button
        look="secondary"
        className="justify-self-start"
        busyLabel={copy.isPending && t("busy")}
        onClick={() => copy.mutate()}
      >
        {t("label")}
      </Button>
    </Section>
  );
}

function EmailSection() {
  const t = useTranslations("settings.email");
  const words = useTranslations("common");
  const { email } = useUser();
  const { faultOf } = useFailure();
  const { api } = useTimos();
  const change = useMutation({
    mutationFn: ({ newEmail }: { newEmail: string; form: HTMLFormElement }) =>
      api.emailChange.request({ body: { newEmail } }),
    onSuccess: (_, { form }) => form.reset(),
  });
  return (
    <Section title={t("title")} hint={t("hint", { email })}>
      {change.isSuccess && (
        <Notice title={t("sentTitle")}>
          <p>{t("sent", { email: change.variables.newEmail })}</p>
          <p>{t("undo")}</p>
        </Notice>
      )}
      <Form
        error={change.error}
        fields={["newEmail"]}
        onSubmit={(data, form) =>
          change.mutate({ newEmail: textOf(data, "newEmail").trim(), form })
        }
      >
        <Field
          name="newEmail"
          label={t("new")}
          type="email"
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={254}
          required
          fault={faultOf(change.error, "newEmail")}
        />
        <Button
          type="submit"
          look="secondary"
          className="justify-self-start"
          busyLabel={change.isPending && words("oneMoment")}
        >
          {t("label")}
        </Button>
      </Form>
    </Section>
  );
}
