"use client";

import type { Token } from "@timos/api/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Checkbox } from "@/components/checkbox.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { CopyButton } from "@/components/copy-button.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Row, Rows } from "@/components/rows.tsx";
import { Section } from "@/components/section.tsx";
import { Select } from "@/components/select.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

/** What a token can be allowed, and the names of it. */
const SCOPES = {
  "account:read": "account_read",
  "journal:read": "journal_read",
  "journal:write": "journal_write",
} as const;

type Scope = keyof typeof SCOPES;

const ALL_SCOPES = Object.keys(SCOPES) as Scope[];

export function TokensPage() {
  const t = useTranslations("settings");
  const { api } = useTimos();
  const queries = useQueryClient();
  const [revoking, setRevoking] = useState<Token>();
  const tokens = useQuery({
    queryKey: ["account", "tokens"],
    queryFn: ({ signal }) => api.tokens.listTokens({ signal }),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["account", "tokens"] });
  const revoke = useMutation({
    mutationFn: (id: string) => api.tokens.revokeToken({ params: { id } }),
    onSuccess: () => {
      setRevoking(undefined);
      return refresh();
    },
  });
  return (
    <>
      <PageHeading title={t("places.tokens")}>{t("tokens.hint")}</PageHeading>
      <div className="grid gap-10">
        <Loaded query={tokens}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="font-medium">{t("tokens.none")}</p>
            ) : (
              <Tokens items={items} onRevoke={setRevoking} />
            )
          }
        </Loaded>
        <CreateToken onCreated={() => void refresh()} />
      </div>
      {revoking && (
        <ConfirmDialog
          title={t("tokens.revokeTitle", { name: revoking.name })}
          label={t("tokens.revoke")}
          isBusy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(revoking.id)}
          onDismiss={() => setRevoking(undefined)}
        >
          <p>{t("tokens.revokeText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface TokensProps {
  items: readonly Token[];
  onRevoke: (token: Token) => void;
}

function Tokens({ items, onRevoke }: TokensProps) {
  const t = useTranslations("settings");
  const { onDay } = useInstant();
  const [openedAt] = useState(Date.now);
  return (
    <Rows label={t("places.tokens")}>
      {items.map((token) => (
        <Row
          key={token.id}
          title={token.name}
          details={[
            token.scopes.join(", "),
            t(Date.parse(token.expiresAt) > openedAt ? "tokens.ends" : "tokens.ended", {
              date: onDay(token.expiresAt),
            }),
            token.lastUsedAt === null
              ? t("tokens.unused")
              : t("tokens.used", { date: onDay(token.lastUsedAt) }),
            t("tokens.hintOf", { hint: token.hint }),
          ]}
          actions={
            <Button look="quiet" onClick={() => onRevoke(token)}>
              {t("tokens.revoke")}
              <span className="sr-only"> {token.name}</span>
            </Button>
          }
        />
      ))}
    </Rows>
  );
}

function CreateToken({ onCreated }: { onCreated: () => void }) {
  const t = useTranslations("settings.tokens");
  const words = useTranslations("common");
  const { faultOf } = useFailure();
  const { api } = useTimos();
  const [scopeFault, setScopeFault] = useState<string>();
  const create = useMutation({
    mutationFn: ({ data, scopes }: { data: FormData; scopes: Scope[]; form: HTMLFormElement }) =>
      api.tokens.createToken({
        body: {
          name: textOf(data, "name"),
          scopes,
          expiresInDays: Number(textOf(data, "expiresInDays")),
        },
      }),
    onSuccess: (_, { form }) => {
      form.reset();
      onCreated();
    },
  });
  return (
    <Section title={t("create")}>
      {create.data && (
        <Notice title={t("createdTitle")}>
          <p>{t("created")}</p>
          <div className="flex flex-wrap items-center gap-2">
            <code className="font-mono text-sm [overflow-wrap:anywhere]">{create.data.token}</code>
            <CopyButton key={create.data.id} text={create.data.token} />
          </div>
        </Notice>
      )}
      <Form
        error={create.error}
        fields={["name"]}
        onSubmit={(data, form) => {
          const ticked = data.getAll("scope");
          const scopes = ALL_SCOPES.filter((scope) => ticked.includes(scope));
          setScopeFault(scopes.length === 0 ? t("chooseScope") : undefined);
          if (scopes.length > 0) create.mutate({ data, scopes, form });
        }}
      >
        <Field
          name="name"
          label={t("name")}
          maxLength={120}
          required
          autoComplete="off"
          fault={faultOf(create.error, "name")}
        />
        <fieldset className="grid gap-2.5">
          <legend className="mb-2 text-sm font-medium">{t("scopes")}</legend>
          {ALL_SCOPES.map((scope) => (
            <Checkbox key={scope} name="scope" value={scope}>
              {t(`scopeNames.${SCOPES[scope]}`)}
            </Checkbox>
          ))}
          {scopeFault && (
            <p role="alert" className="text-sm text-danger">
              {scopeFault}
            </p>
          )}
        </fieldset>
        <Select name="expiresInDays" label={t("expiry")} defaultValue={90}>
          {[7, 30, 90, 365].map((count) => (
            <option key={count} value={count}>
              {t("days", { count })}
            </option>
          ))}
        </Select>
        <Button
          type="submit"
          className="justify-self-start"
          busyLabel={create.isPending && words("oneMoment")}
        >
          {t("create")}
        </Button>
      </Form>
    </Section>
  );
}
