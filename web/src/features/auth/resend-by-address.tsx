"use client";

import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useAction } from "@/lib/use-action.ts";

/** A new verification link, for whoever comes with an old one. */
export function ResendByAddress() {
  const t = useTranslations("join.newLink");
  const words = useTranslations();
  const { explain, faultOf } = useFailure();
  const { api } = useTimos();
  const resend = useAction({
    mutationFn: (email: string) => api.auth.resendVerification({ body: { email } }),
  });
  const fault = faultOf(resend.error, "email");

  if (resend.isSuccess) {
    return (
      <Notice title={t("title")}>
        <p>{t("sent", { email: resend.variables })}</p>
      </Notice>
    );
  }
  return (
    <form
      method="post"
      className="grid gap-4 border-t border-line pt-6"
      onSubmit={(event) => {
        event.preventDefault();
        resend.mutate(textOf(new FormData(event.currentTarget), "email").trim());
      }}
    >
      {resend.isError && !fault && (
        <Notice tone="danger">
          <p>{explain(resend.error)}</p>
        </Notice>
      )}
      <Field
        name="email"
        label={words("fields.email")}
        type="email"
        autoComplete="email"
        required
        fault={fault}
      />
      <Button
        type="submit"
        look="secondary"
        busyLabel={resend.isPending && words("common.sending")}
      >
        {t("label")}
      </Button>
    </form>
  );
}
