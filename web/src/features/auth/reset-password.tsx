"use client";

import Link from "next/link";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button, buttonLook } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageState } from "@/components/page-state.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useAction } from "@/lib/use-action.ts";
import { useLinkToken } from "./link-token.ts";
import { usePasswordLength } from "./password-length.ts";
import { useFocusOnFault } from "./use-focus-on-fault.ts";

/** The answers that are said at the field for the code. */
const OF_THE_CODE: readonly string[] = ["mfa_invalid_code", "mfa_code_already_used"];

/** Sets a new password by the token of the link, and asks for a code where a second factor is set up. */
export function ResetPassword() {
  const t = useTranslations("join.reset");
  const words = useTranslations();
  const { explain, faultOf } = useFailure();
  const { hint, faultOfLength } = usePasswordLength();
  const { api, session } = useTimos();
  const token = useLinkToken();
  const form = useRef<HTMLFormElement>(null);
  const [lengthFault, setLengthFault] = useState<string>();
  const [isCodeAsked, setIsCodeAsked] = useState(false);
  const { mutate, isPending, isSuccess, error } = useAction({
    mutationFn: (data: FormData) =>
      api.auth.resetPassword({
        body: {
          token: token ?? "",
          password: textOf(data, "password"),
          ...(data.has("code") && { code: textOf(data, "code").trim() }),
        },
      }),
    // Whoever was signed in here is not any more.
    onSuccess: () => {
      if (session.getState().status === "signed_in") void session.signOut().catch(() => undefined);
    },
    onError: (failure) => {
      if (failure instanceof ApiError && failure.code === "mfa_required") setIsCodeAsked(true);
    },
  });
  const code = error instanceof ApiError ? error.code : undefined;
  const isWeak = code === "weak_password";
  const passwordFault =
    lengthFault ?? faultOf(error, "password") ?? (isWeak ? explain(error) : undefined);
  const codeFault = code !== undefined && OF_THE_CODE.includes(code) ? explain(error) : undefined;
  const isElsewhere = code !== "mfa_required" && !passwordFault && !codeFault;
  useFocusOnFault(form, lengthFault ?? error);

  if (isSuccess) {
    return (
      <PageState
        title={t("doneTitle")}
        actions={
          <Link href="/sign-in" className={buttonLook()}>
            {words("common.signIn")}
          </Link>
        }
      >
        <p>{t("done")}</p>
      </PageState>
    );
  }
  if (token === null) return <Useless title={words("join.wholeTitle")} />;
  if (code === "gone" || faultOf(error, "token") !== undefined) {
    return <Useless title={words("join.goneTitle")} />;
  }
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
          if (fault === undefined) mutate(data);
        }}
      >
        {error && isElsewhere && (
          <Notice tone="danger">
            <p>{explain(error)}</p>
          </Notice>
        )}
        <PasswordField
          name="password"
          label={t("password")}
          autoComplete="new-password"
          hint={hint}
          fault={passwordFault}
        />
        {isCodeAsked && (
          <Field
            name="code"
            label={t("code")}
            hint={t("codeHint")}
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            required
            maxLength={64}
            autoFocus
            fault={codeFault}
          />
        )}
        <Button type="submit" disabled={token === undefined} busyLabel={isPending && t("busy")}>
          {t("label")}
        </Button>
      </form>
      <p className="text-soft">{t("everyDevice")}</p>
    </>
  );
}

function Useless({ title }: { title: string }) {
  const t = useTranslations("join.reset");
  return (
    <PageState
      title={title}
      actions={
        <Link href="/forgot-password" className={buttonLook()}>
          {t("newLink")}
        </Link>
      }
    >
      <p>{t("useless")}</p>
    </PageState>
  );
}
