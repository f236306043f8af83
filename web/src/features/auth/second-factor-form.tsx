"use client";

import type { Challenge } from "@timos/api/contract";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "@/components/button.tsx";
import { Checkbox } from "@/components/checkbox.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { explain } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useFocusOnFault } from "./use-focus-on-fault.ts";

/** The question as a sign-in by password answers it; after one by a provider its token is in a cookie. */
export type Question = Pick<Challenge, "methods"> & Partial<Challenge>;

interface Props {
  challenge: Question;
  /** Back to the password. */
  onBack: () => void;
}

type Method = Challenge["methods"][number];

/** What is asked for after the password. */
const FIELDS = {
  totp: {
    label: "Code from your authenticator app",
    hint: "Six digits, which change every half minute.",
    inputMode: "numeric",
    autoComplete: "one-time-code",
  },
  recovery: {
    label: "Recovery code",
    hint: "One of the ten you were given, such as 7-4Z9K-0MXQ-T2VB-8RWD. Each is good once.",
    inputMode: "text",
    autoComplete: "off",
  },
} as const;

const OTHER = {
  totp: { method: "recovery", label: "Use a recovery code" },
  recovery: { method: "totp", label: "Use your authenticator app" },
} as const;

/** Asks for the second factor; where that leads is for whoever shows the form to say. */
export function SecondFactorForm({ challenge, onBack }: Props) {
  const { api, session } = useTimos();
  const form = useRef<HTMLFormElement>(null);
  const [method, setMethod] = useState<Method>("totp");
  const verify = useMutation({
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
          Sign in again
        </Button>
      </div>
    );
  }
  return (
    <form
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
        {...FIELDS[method]}
        autoCapitalize="characters"
        spellCheck={false}
        required
        maxLength={64}
        autoFocus
        fault={fault}
      />
      <Checkbox
        name="trustDevice"
        hint="Not on a computer you share with others. Your password is asked for as before."
      >
        Do not ask for a code here for 30 days
      </Checkbox>
      <Button type="submit" busyLabel={verify.isPending && "Signing in…"}>
        Sign in
      </Button>
      <div className="flex flex-wrap justify-between gap-3">
        <Button look="quiet" onClick={onBack}>
          Back
        </Button>
        {challenge.methods.includes(other.method) && (
          <Button
            look="quiet"
            onClick={() => {
              verify.reset();
              setMethod(other.method);
            }}
          >
            {other.label}
          </Button>
        )}
      </div>
    </form>
  );
}
