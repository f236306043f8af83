"use client";

import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { explain, faultOf } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { CheckMail } from "./check-mail.tsx";
import { faultOfLength, PASSWORD_HINT } from "./password-length.ts";
import { TimeZoneField } from "./time-zone-field.tsx";
import { useFocusOnFault } from "./use-focus-on-fault.ts";

const FIELDS = ["displayName", "email", "password", "timeZone"] as const;

export function SignUpForm() {
  const { api } = useTimos();
  const form = useRef<HTMLFormElement>(null);
  const [lengthFault, setLengthFault] = useState<string>();
  const signUp = useMutation({
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
    lengthFault ?? faultOf(error, "password") ?? (isWeak ? error.message : undefined);
  const isAtField = isWeak || FIELDS.some((field) => faultOf(error, field) !== undefined);

  return (
    <>
      <h1 className="font-serif text-heading font-medium">Begin your journal</h1>
      <form
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
          label="What should TimOS call you?"
          hint="Optional."
          autoComplete="name"
          maxLength={120}
          fault={faultOf(error, "displayName")}
        />
        <Field
          name="email"
          label="E-mail address"
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
          label="Password"
          autoComplete="new-password"
          hint={PASSWORD_HINT}
          fault={passwordFault}
        />
        <TimeZoneField fault={faultOf(error, "timeZone")} />
        <Button type="submit" busyLabel={signUp.isPending && "Creating your journal…"}>
          Create your journal
        </Button>
      </form>
    </>
  );
}
