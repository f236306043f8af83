"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Form } from "@/components/form.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { Section } from "@/components/section.tsx";
import { useToast } from "@/components/toast.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { usePasswordLength } from "@/features/auth/password-length.ts";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

export function PasswordSection() {
  const t = useTranslations("settings.password");
  const words = useTranslations("common");
  const { email } = useUser();
  const { explain, faultOf } = useFailure();
  const { hint, faultOfLength } = usePasswordLength();
  const { api, session } = useTimos();
  const toast = useToast();
  const [lengthFault, setLengthFault] = useState<string>();
  const change = useMutation({
    mutationFn: ({ current, next }: { current: string; next: string; form: HTMLFormElement }) =>
      api.auth.changePassword({
        body: { newPassword: next, ...(current !== "" && { currentPassword: current }) },
      }),
    onSuccess: (result, { form }) => {
      form.reset();
      session.accept(result);
      toast({ text: t("done") });
    },
  });
  const { error } = change;
  const code = error instanceof ApiError ? error.code : undefined;
  const currentFault = code === "invalid_credentials" ? explain(error) : undefined;
  const newFault =
    lengthFault ??
    faultOf(error, "newPassword") ??
    (code === "weak_password" ? explain(error) : undefined);
  return (
    <Section title={t("title")} hint={t("hint")}>
      <Form
        error={currentFault === undefined && newFault === undefined ? error : null}
        fault={currentFault ?? newFault}
        onSubmit={(data, form) => {
          const next = textOf(data, "newPassword");
          const fault = faultOfLength(next);
          setLengthFault(fault);
          if (fault === undefined) {
            change.mutate({ current: textOf(data, "currentPassword"), next, form });
          }
        }}
      >
        {/* For password managers, which file a password under a name. */}
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <PasswordField
          name="currentPassword"
          label={t("current")}
          hint={t("currentHint")}
          autoComplete="current-password"
          required={false}
          fault={currentFault}
        />
        <PasswordField
          name="newPassword"
          label={t("new")}
          autoComplete="new-password"
          hint={hint}
          fault={newFault}
        />
        <Button
          type="submit"
          look="secondary"
          busyLabel={change.isPending && words("oneMoment")}
          className="justify-self-start"
        >
          {t("label")}
        </Button>
      </Form>
    </Section>
  );
}
