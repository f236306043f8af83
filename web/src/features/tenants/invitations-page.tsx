"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Failure } from "@/components/failure.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Row, Rows } from "@/components/rows.tsx";
import { Select } from "@/components/select.tsx";
import { useToast } from "@/components/toast.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

export function InvitationsPage() {
  const t = useTranslations("tenant");
  const { api } = useTimos();
  const { onDay } = useInstant();
  const queries = useQueryClient();
  const invitations = useQuery({
    queryKey: ["tenant", "invitations"],
    queryFn: ({ signal }) => api.tenants.listInvitations({ signal }),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["tenant", "invitations"] });
  const withdraw = useMutation({
    mutationFn: (id: string) => api.tenants.revokeInvitation({ params: { id } }),
    onSuccess: refresh,
  });
  return (
    <>
      <PageHeading title={t("places.invitations")}>{t("invitations.hint")}</PageHeading>
      <Loaded query={invitations}>
        {({ items }) => (
          <div className="grid gap-8">
            <Failure of={withdraw.error} />
            {items.length === 0 ? (
              <p className="font-medium">{t("invitations.none")}</p>
            ) : (
              <Rows label={t("places.invitations")}>
                {items.map(({ id, email, role, expiresAt }) => (
                  <Row
                    key={id}
                    title={email}
                    details={[
                      t(`roles.${role}`),
                      t("invitations.until", { date: onDay(expiresAt) }),
                    ]}
                    actions={
                      <Button
                        look="quiet"
                        aria-label={t("invitations.withdrawName", { email })}
                        disabled={withdraw.isPending}
                        onClick={() => withdraw.mutate(id)}
                      >
                        {t("invitations.withdraw")}
                      </Button>
                    }
                  />
                ))}
              </Rows>
            )}
            <Invite onSent={() => void refresh()} />
          </div>
        )}
      </Loaded>
    </>
  );
}

function Invite({ onSent }: { onSent: () => void }) {
  const t = useTranslations("tenant");
  const words = useTranslations("common");
  const { faultOf } = useFailure();
  const { api } = useTimos();
  const toast = useToast();
  const invite = useMutation({
    mutationFn: ({ data }: { data: FormData; form: HTMLFormElement }) =>
      api.tenants.createInvitation({
        body: {
          email: textOf(data, "email").trim(),
          role: textOf(data, "role") === "admin" ? "admin" : "member",
        },
      }),
    onSuccess: ({ email }, { form }) => {
      form.reset();
      toast({ text: t("invitations.sent", { email }) });
      onSent();
    },
  });
  return (
    <Form
      error={invite.error}
      fields={["email"]}
      onSubmit={(data, form) => invite.mutate({ data, form })}
    >
      <Field
        name="email"
        label={t("invitations.email")}
        type="email"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={254}
        required
        fault={faultOf(invite.error, "email")}
      />
      <Select name="role" label={t("invitations.role")} defaultValue="member">
        <option value="member">{t("roles.member")}</option>
        <option value="admin">{t("roles.admin")}</option>
      </Select>
      <Button
        type="submit"
        className="justify-self-start"
        busyLabel={invite.isPending && words("sending")}
      >
        {t("invitations.send")}
      </Button>
    </Form>
  );
}
