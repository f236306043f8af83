"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { CopyButton } from "@/components/copy-button.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

interface Props {
  enrolment: { readonly secret: string; readonly qrSvg: string };
  onConfirmed: (recoveryCodes: readonly string[]) => void;
  onCancel: () => void;
}

/** The secret for the app, and the first code that proves the app has it. */
export function TotpEnrolment({ enrolment: { secret, qrSvg }, onConfirmed, onCancel }: Props) {
  const t = useTranslations("settings.totp");
  const words = useTranslations("common");
  const { explain } = useFailure();
  const { api } = useTimos();
  const confirm = useMutation({
    mutationFn: (code: string) => api.mfa.confirmTotp({ body: { code } }),
    onSuccess: ({ recoveryCodes }) => onConfirmed(recoveryCodes),
  });
  const { error } = confirm;
  const fault =
    error instanceof ApiError && error.code.startsWith("mfa_") ? explain(error) : undefined;
  return (
    <div className="grid gap-6 sm:grid-cols-[auto_minmax(0,1fr)] sm:gap-8">
      <figure className="grid content-start gap-3">
        {/* Dark on light in either theme, since that is what cameras read. */}
        {/* eslint-disable-next-line @next/next/no-img-element -- an image that is in the page already */}
        <img
          src={`data:image/svg+xml,${encodeURIComponent(qrSvg)}`}
          alt={t("qr")}
          className="size-48 rounded-md border border-line bg-white p-2"
        />
        <figcaption className="max-w-48 text-sm text-soft">{t("scan")}</figcaption>
      </figure>
      <div className="grid content-start gap-5">
        <div className="grid gap-1.5">
          <p className="text-sm font-medium">{t("key")}</p>
          <div className="flex flex-wrap items-center gap-2">
            <code
              data-testid="totp-secret"
              className="font-mono text-base [overflow-wrap:anywhere]"
            >
              {secret.replace(/(.{4})(?=.)/g, "$1 ")}
            </code>
            <CopyButton text={secret} />
          </div>
        </div>
        <Form
          error={fault === undefined ? error : null}
          fault={fault}
          onSubmit={(data) => confirm.mutate(textOf(data, "code").trim())}
        >
          <Field
            name="code"
            label={t("code")}
            hint={t("codeHint")}
            inputMode="numeric"
            autoComplete="one-time-code"
            spellCheck={false}
            required
            maxLength={64}
            autoFocus
            fault={fault}
          />
          <div className="flex flex-wrap gap-3">
            <Button type="submit" busyLabel={confirm.isPending && words("oneMoment")}>
              {t("confirm")}
            </Button>
            <Button look="quiet" onClick={onCancel}>
              {words("cancel")}
            </Button>
          </div>
        </Form>
      </div>
    </div>
  );
}
