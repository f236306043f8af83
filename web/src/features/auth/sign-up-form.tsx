"use client";

import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useAction } from "@/lib/use-action.ts";
import { CheckMail } from "./check-mail.tsx";
import { usePasswordLength } from "./password-length.ts";
import { TimeZoneField } from "./time-zone-field.tsx";
import { useFocusOnFault } from "./use-focus-on-fault.ts";

const FIELDS = ["displayName", "email", "password", "timeZone"] as const;

export function SignUpForm() {
  const t = useTranslations("join.signUp");
  const words = useTranslations("fields");
  const { explain, faultOf } = useFailure();
  const { hint, faultOfLength } = usePasswordLength();
  const { api } = useTimos();
  const form = useRef<HTMLFormElement>(null);
  const [lengthFault, setLengthFault] = useState<string>();
  const signUp = useAction({
    mutationFn: async (data: FormData) => {
      const email = textOf(data, "email").trim();
      const displayName = textOf(data, "displayName").trim();
      const timeZone = textOf(data, "timeZone");
      await api.auth.signup({
        body: {
          email,
          password: textOf(data, "password"),
          ...(displayName && { displayName }),
          ...(timeZone && { timeZone }),
        },
      });
      return email;
    },
  });
  const { error } = signUp;
  useFocusOnFault(form, lengthFault ?? error);

  if (signUp.isSuccess) return <CheckMail email={signUp.data} onBack={() => signUp.reset()} />;

  const isWeak = error instanceof ApiError && error.code === "weak_password";
  const passwordFault =
    lengthFault ?? faultOf(error, "password") ?? (isWeak ? explain(error) : undefined);
  const isAtField = isWeak || FIELDS.some((field) => faultOf(error, field) !== undefined);

  return (
    <>
      <h1 className="font-serif text-heading font-medium">{t("title")}</h1>
      <form
        method="post"
        ref={form}
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          const fault = faultOfLength(textOf(data, "password"));
          setLengthFault(fault);
          if (fault === undefined) signUp.mutate(data);
        }}
      >
        {error && !isAtField && (
          <Notice tone="danger">
            <p>{explain(error)}</p>
          </Notice>
        )}
        <Field
          name="displayName"
          label={t("name")}
          hint={t("optional")}
          autoComplete="name"
          maxLength={120}
          fault={faultOf(error, "displayName")}
        />
        <Field
          name="email"
          label={words("email")}
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={254}
          required
          fault={faultOf(error, "email")}
        />
        <PasswordField
          name="password"
          label={words("password")}
          autoComplete="new-password"
          hint={hint}
          fault={passwordFault}
        />
        <TimeZoneField fault={faultOf(error, "timeZone")} />
        <Button type="submit" busyLabel={signUp.isPending && t("creating")}>
          {t("create")}
        </Button>
      </form>
    </>
  );
}
