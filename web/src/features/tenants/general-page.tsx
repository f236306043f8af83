"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Checkbox } from "@/components/checkbox.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Section } from "@/components/section.tsx";
import { useToast } from "@/components/toast.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

interface Tenant {
  readonly name: string;
  readonly mfaRequired: boolean;
  readonly role: "owner" | "admin" | "member";
}

export function GeneralPage() {
  const t = useTranslations("tenant");
  const { api } = useTimos();
  const tenant = useQuery({
    queryKey: ["tenant", "general"],
    queryFn: ({ signal }) => api.tenants.getTenant({ signal }),
  });
  return (
    <>
      <PageHeading title={tenant.data?.name ?? t("title")}>{t("general.hint")}</PageHeading>
      <Loaded query={tenant}>
        {(found) => (
          <div className="grid gap-10">
            <p>{t("general.yours", { role: t(`roles.${found.role}`) })}</p>
            {found.role !== "member" && <TenantForm tenant={found} />}
            {found.role !== "owner" && <Leave name={found.name} />}
          </div>
        )}
      </Loaded>
    </>
  );
}

function TenantForm({ tenant }: { tenant: Tenant }) {
  const t = useTranslations("tenant.general");
  const words = useTranslations("settings");
  const { faultOf } = useFailure();
  const { api } = useTimos();
  const toast = useToast();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (data: FormData) =>
      api.tenants.patchTenant({
        body: { name: textOf(data, "name"), mfaRequired: data.has("mfaRequired") },
      }),
    onSuccess: (changed) => {
      queries.setQueryData(["tenant", "general"], changed);
      toast({ text: words("saved") });
    },
  });
  return (
    <Form error={save.error} fields={["name"]} onSubmit={(data) => save.mutate(data)}>
      <Field
        name="name"
        label={t("name")}
        maxLength={120}
        required
        defaultValue={tenant.name}
        fault={faultOf(save.error, "name")}
      />
      <Checkbox name="mfaRequired" hint={t("mfaHint")} defaultChecked={tenant.mfaRequired}>
        {t("mfa")}
      </Checkbox>
      <Button
        type="submit"
        className="justify-self-start"
        busyLabel={save.isPending && words("saving")}
      >
        {words("save")}
      </Button>
    </Form>
  );
}

function Leave({ name }: { name: string }) {
  const t = useTranslations("tenant.general");
  const { api, session } = useTimos();
  const { id } = useUser();
  const toast = useToast();
  const queries = useQueryClient();
  const [isAsked, setIsAsked] = useState(false);
  const leave = useMutation({
    mutationFn: () => api.tenants.removeMember({ params: { userId: id } }),
    onSuccess: async () => {
      setIsAsked(false);
      toast({ text: t("left") });
      session.update(await api.account.get());
      await queries.invalidateQueries({ queryKey: ["tenant"] });
    },
  });
  return (
    <Section title={t("leaveTitle")} hint={t("leaveHint")}>
      <Button look="danger" className="justify-self-start" onClick={() => setIsAsked(true)}>
        {t("leave")}
      </Button>
      {isAsked && (
        <ConfirmDialog
          title={t("leaveAsk", { name })}
          label={t("leave")}
          isBusy={leave.isPending}
          error={leave.error}
          onConfirm={() => leave.mutate()}
          onDismiss={() => setIsAsked(false)}
        >
          <p>{t("leaveHint")}</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
