"use client";

import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Checkbox } from "@/components/checkbox.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { strong } from "@/components/rich-text.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { remembered } from "@/lib/remembered.ts";
import { useAction } from "@/lib/use-action.ts";
import { useSignInPass } from "./link-token.ts";
import { ResendLink } from "./resend-link.tsx";
import { type Question, SecondFactorForm } from "./second-factor-form.tsx";
import { useFocusOnFault } from "./use-focus-on-fault.ts";

interface Props {
  /** Set when the person is known, and only their password is asked for. */
  email?: string;
  autoFocus?: boolean;
  /** Set when a first factor is proven already, and the second is asked for. */
  question?: Question | null;
}

/** Signs in; where that leads is for whoever shows the form to say. */
export function SignInForm({ email, autoFocus = false, question = null }: Props) {
  const t = useTranslations();
  const { explain, faultOf } = useFailure();
  const { api, session } = useTimos();
  const form = useRef<HTMLFormElement>(null);
  const [challenge, setChallenge] = useState(question);
  const pass = useSignInPass();
  const signIn = useAction({
    mutationFn: (data: FormData) =>
      api.auth.login({
        body: {
          email: email ?? textOf(data, "email").trim(),
          password: textOf(data, "password"),
          remember: data.has("remember"),
          ...(typeof pass === "string" && { pass }),
        },
      }),
    onSuccess: (result, data) => {
      remembered.set(data.has("remember"));
      if ("accessToken" in result) session.accept(result);
      else setChallenge(result);
    },
  });
  const { error, variables } = signIn;
  useFocusOnFault(form, error);
  const emailFault = faultOf(error, "email");
  const passwordFault = faultOf(error, "password");

  if (challenge !== null) {
    return <SecondFactorForm challenge={challenge} onBack={() => setChallenge(null)} />;
  }
  return (
    <form
      method="post"
      ref={form}
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate(new FormData(event.currentTarget));
      }}
    >
      {error && !emailFault && !passwordFault && (
        <Notice tone="danger">
          <p>{explain(error)}</p>
          {error instanceof ApiError && error.code === "email_not_verified" && (
            <ResendLink email={email ?? textOf(variables, "email").trim()} />
          )}
        </Notice>
      )}
      {email === undefined ? (
        <Field
          name="email"
          label={t("fields.email")}
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus={autoFocus}
          fault={emailFault}
        />
      ) : (
        <p className="text-soft">{t.rich("auth.signIn.as", { email, strong })}</p>
      )}
      <PasswordField
        name="password"
        label={t("fields.password")}
        autoComplete="current-password"
        autoFocus={autoFocus && email !== undefined}
        fault={passwordFault}
      />
      <Checkbox name="remember" hint={t("auth.notOnShared")}>
        {t("auth.signIn.remember")}
      </Checkbox>
      <Button type="submit" busyLabel={signIn.isPending && t("auth.signingIn")}>
        {t("common.signIn")}
      </Button>
    </form>
  );
}
