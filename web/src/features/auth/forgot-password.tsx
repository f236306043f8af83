"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { Button, buttonLook } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageState } from "@/components/page-state.tsx";
import { strong } from "@/components/rich-text.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useAction } from "@/lib/use-action.ts";

/** Has a link mailed to choose a new password. Says the same whether or not there is an account. */
export function ForgotPassword() {
  const t = useTranslations("join.forgot");
  const words = useTranslations();
  const { explain, faultOf } = useFailure();
  const { api } = useTimos();
  const { mutate, isPending, isSuccess, error, variables } = useAction({
    mutationFn: (email: string) => api.auth.forgotPassword({ body: { email } }),
  });
  const fault = faultOf(error, "email");

  if (isSuccess) {
    return (
      <PageState
        title={words("join.checkMail.title")}
        actions={
          <Link href="/sign-in" className={buttonLook("secondary")}>
            {t("back")}
          </Link>
        }
      >
        <p>{t.rich("sent", { email: variables, strong })}</p>
        <p>{t("nothing")}</p>
      </PageState>
    );
  }
  return (
    <>
      <h1 className="font-serif text-heading font-medium">{t("title")}</h1>
      <p className="text-soft">{t("text")}</p>
      <form
        method="post"
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          mutate(textOf(new FormData(event.currentTarget), "email").trim());
        }}
      >
        {error && !fault && (
          <Notice tone="danger">
            <p>{explain(error)}</p>
          </Notice>
        )}
        <Field
          name="email"
          label={words("fields.email")}
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          fault={fault}
        />
        <Button type="submit" busyLabel={isPending && words("common.sending")}>
          {t("label")}
        </Button>
      </form>
    </>
  );
}
