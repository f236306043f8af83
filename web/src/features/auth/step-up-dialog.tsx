"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { Failure } from "@/components/failure.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { ApiError, createClient } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { arePasskeysUsable, askForPasskey } from "@/lib/passkeys.ts";

interface Props {
  methods: readonly string[];
  onAnswer: (isProven: boolean) => void;
}

/** Asks the person to prove once more who they are, by one of these methods. */
export default function StepUpDialog({ methods, onAnswer }: Props) {
  const t = useTranslations("proof");
  const words = useTranslations();
  const { explain } = useFailure();
  const { session } = useTimos();
  // What is asked here must not ask this again.
  const [api] = useState(() => createClient(session.send));
  const hasPassword = methods.includes("password");
  const hasCode = methods.includes("totp");
  const prove = useMutation({
    mutationFn: (body: Parameters<typeof api.sessions.reauthenticate>[0]["body"]) =>
      api.sessions.reauthenticate({ body }),
    onSuccess: (result) => {
      session.accept(result);
      onAnswer(true);
    },
  });
  const byPasskey = useMutation({
    mutationFn: async () => askForPasskey(await api.passkeys.beginReauth({ body: {} })),
    onSuccess: (passkey) => {
      if (passkey !== null) prove.mutate({ passkey });
    },
  });
  const code = prove.error instanceof ApiError ? prove.error.code : undefined;
  const passwordFault = code === "invalid_credentials" ? explain(prove.error) : undefined;
  const codeFault =
    code === "mfa_invalid_code" || code === "mfa_code_already_used"
      ? explain(prove.error)
      : undefined;

  return (
    <Dialog title={t("title")} onDismiss={() => onAnswer(false)}>
      <p className="text-soft">{methods.length === 0 ? t("none") : t("text")}</p>
      {(hasPassword || hasCode) && (
        <Form
          error={passwordFault === undefined && codeFault === undefined ? prove.error : null}
          fault={passwordFault ?? codeFault}
          onSubmit={(data) =>
            prove.mutate({
              ...(hasPassword && { password: textOf(data, "password") }),
              ...(hasCode && { code: textOf(data, "code").trim() }),
            })
          }
        >
          {hasPassword && (
            <PasswordField
              name="password"
              label={words("fields.password")}
              autoComplete="current-password"
              autoFocus
              fault={passwordFault}
            />
          )}
          {hasCode && (
            <Field
              name="code"
              label={t("code")}
              hint={methods.includes("recovery") ? t("codeHint") : undefined}
              autoComplete="one-time-code"
              autoCapitalize="characters"
              spellCheck={false}
              required
              maxLength={64}
              autoFocus={!hasPassword}
              fault={codeFault}
            />
          )}
          <Button type="submit" busyLabel={prove.isPending && words("common.oneMoment")}>
            {t("confirm")}
          </Button>
        </Form>
      )}
      {methods.includes("passkey") && arePasskeysUsable() && (
        <>
          <Failure of={byPasskey.error} />
          <Button
            look="secondary"
            disabled={byPasskey.isPending || prove.isPending}
            onClick={() => byPasskey.mutate()}
          >
            {t("passkey")}
          </Button>
        </>
      )}
      {methods.includes("provider") && <Providers api={api} />}
      <Button look="quiet" onClick={() => onAnswer(false)}>
        {words("common.cancel")}
      </Button>
    </Dialog>
  );
}

const RETURNS = /^\/(today|calendar|day|settings|tenant)(\/|$)/;

/** Signing in again with one of the accounts that are connected. */
function Providers({ api }: { api: Pick<ReturnType<typeof useTimos>["api"], "oauth"> }) {
  const t = useTranslations("proof");
  const pathname = usePathname();
  const linked = useQuery({
    queryKey: ["account", "connections"],
    queryFn: ({ signal }) => api.oauth.list({ signal }),
  });
  const start = useMutation({
    mutationFn: (provider: NonNullable<typeof linked.data>["items"][number]["provider"]) =>
      api.oauth.start({
        params: { provider },
        body: { fresh: true, ...(RETURNS.test(pathname) && { returnTo: pathname }) },
      }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <div className="grid gap-3">
      <Failure of={start.error} />
      {linked.data?.items.map(({ id, provider, label }) => (
        <Button
          key={id}
          look="secondary"
          disabled={start.isPending}
          onClick={() => start.mutate(provider)}
        >
          {t("provider", { provider: label })}
        </Button>
      ))}
      <p className="text-sm text-faint">{t("providerHint")}</p>
    </div>
  );
}
