"use client";

import type { Challenge } from "@timos/api/contract";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Checkbox } from "@/components/checkbox.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useAction } from "@/lib/use-action.ts";
import { useFocusOnFault } from "./use-focus-on-fault.ts";

/** The question as a sign-in by password answers it; after one by a provider its token is in a cookie. */
export type Question = Pick<Challenge, "methods"> & Partial<Challenge>;

interface Props {
  challenge: Question;
  /** Back to the password. */
  onBack: () => void;
}

type Method = Challenge["methods"][number];

/** What the field for what is asked after the password takes. */
const FIELDS = {
  totp: {
    inputMode: "numeric",
    autoComplete: "one-time-code",
  },
  recovery: {
    inputMode: "text",
    autoComplete: "off",
  },
} as const;

const OTHER = {
  totp: { method: "recovery", label: "useRecovery" },
  recovery: { method: "totp", label: "useTotp" },
} as const;

/** Asks for the second factor; where that leads is for whoever shows the form to say. */
export function SecondFactorForm({ challenge, onBack }: Props) {
  const t = useTranslations("auth.factor");
  const words = useTranslations();
  const { explain } = useFailure();
  const { api, session } = useTimos();
  const form = useRef<HTMLFormElement>(null);
  const [method, setMethod] = useState<Method>("totp");
  const verify = useAction({
    mutationFn: (data: FormData) =>
      api.mfa.verifyMfa({
        body: {
          ...(challenge.mfaToken !== undefined && { mfaToken: challenge.mfaToken }),
          method,
          code: textOf(data, "code").trim(),
          trustDevice: data.has("trustDevice"),
        },
      }),
    onSuccess: (result) => session.accept(result),
  });
  const { error } = verify;
  useFocusOnFault(form, error);
  const code = error instanceof ApiError ? error.code : undefined;
  const fault =
    code === "mfa_invalid_code" || code === "mfa_code_already_used" ? explain(error) : undefined;
  const other = OTHER[method];

  if (code === "mfa_token_expired") {
    return (
      <div className="grid gap-5">
        <Notice tone="danger">
          <p>{explain(error)}</p>
        </Notice>
        <Button onClick={onBack} autoFocus>
          {t("again")}
        </Button>
      </div>
    );
  }
  return (
    <form
      method="post"
      ref={form}
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        verify.mutate(new FormData(event.currentTarget));
      }}
    >
      {error && fault === undefined && (
        <Notice tone="danger">
          <p>{explain(error)}</p>
        </Notice>
      )}
      <Field
        // A code of one kind is none of the other.
        key={method}
        name="code"
        label={t(method)}
        hint={t(`${method}Hint`)}
        {...FIELDS[method]}
        autoCapitalize="characters"
        spellCheck={false}
        required
        maxLength={64}
        autoFocus
        fault={fault}
      />
      <Checkbox name="trustDevice" hint={t("trustHint")}>
        {t("trust")}
      </Checkbox>
      <Button type="submit" busyLabel={verify.isPending && words("auth.signingIn")}>
        {words("common.signIn")}
      </Button>
      <div className="flex flex-wrap justify-between gap-3">
        <Button look="quiet" onClick={onBack}>
          {words("auth.back")}
        </Button>
        {challenge.methods.includes(other.method) && (
          <Button
            look="quiet"
            onClick={() => {
              verify.reset();
              setMethod(other.method);
            }}
          >
            {t(other.label)}
          </Button>
        )}
      </div>
    </form>
  );
}
