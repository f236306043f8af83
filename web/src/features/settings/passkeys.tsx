"use client";

import type { Passkey } from "@timos/api/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { Failure } from "@/components/failure.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { Row, Rows } from "@/components/rows.tsx";
import { Section } from "@/components/section.tsx";
import { useToast } from "@/components/toast.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { arePasskeysUsable, makePasskey } from "@/lib/passkeys.ts";

const never = () => () => undefined;

export function Passkeys() {
  const t = useTranslations("settings.passkeys");
  const { api } = useTimos();
  const { onDay } = useInstant();
  const toast = useToast();
  const queries = useQueryClient();
  const isUsable = useSyncExternalStore(never, arePasskeysUsable, () => false);
  const [renaming, setRenaming] = useState<Passkey>();
  const [removing, setRemoving] = useState<Passkey>();
  const listed = useQuery({
    queryKey: ["account", "passkeys"],
    queryFn: ({ signal }) => api.passkeys.listPasskeys({ signal }),
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["account"] });
  const add = useMutation({
    mutationFn: async () => {
      const credential = await makePasskey(await api.passkeys.beginRegistration({ body: {} }));
      return credential && api.passkeys.register({ body: { credential } });
    },
    onSuccess: (added) => {
      if (added === null) toast({ text: t("notAdded") });
      return refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.passkeys.removePasskey({ params: { id } }),
    onSuccess: () => {
      setRemoving(undefined);
      return refresh();
    },
  });

  return (
    <Section title={t("title")} hint={t("hint")}>
      <Loaded query={listed}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="font-medium">{t("none")}</p>
          ) : (
            <Rows label={t("title")}>
              {items.map((passkey) => (
                <Row
                  key={passkey.id}
                  title={passkey.name}
                  details={[
                    t("added", { date: onDay(passkey.createdAt) }),
                    passkey.lastUsedAt
                      ? t("used", { date: onDay(passkey.lastUsedAt) })
                      : t("unused"),
                    passkey.isBackedUp && t("synced"),
                  ]}
                  actions={
                    <>
                      <Button look="quiet" onClick={() => setRenaming(passkey)}>
                        {t("rename")}
                        <span className="sr-only"> {passkey.name}</span>
                      </Button>
                      <Button look="quiet" onClick={() => setRemoving(passkey)}>
                        {t("remove")}
                        <span className="sr-only"> {passkey.name}</span>
                      </Button>
                    </>
                  }
                />
              ))}
            </Rows>
          )
        }
      </Loaded>
      <Failure of={add.error} />
      {isUsable ? (
        <Button
          look="secondary"
          className="justify-self-start"
          busyLabel={add.isPending && t("adding")}
          onClick={() => add.mutate()}
        >
          {t("add")}
        </Button>
      ) : (
        <p className="text-sm text-faint">{t("unusable")}</p>
      )}
      {renaming && (
        <Rename
          passkey={renaming}
          onDone={() => {
            setRenaming(undefined);
            void refresh();
          }}
        />
      )}
      {removing && (
        <ConfirmDialog
          title={t("removeTitle", { name: removing.name })}
          label={t("remove")}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removing.id)}
          onDismiss={() => setRemoving(undefined)}
        >
          <p>{t("removeText")}</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function Rename({ passkey, onDone }: { passkey: Passkey; onDone: () => void }) {
  const t = useTranslations("settings.passkeys");
  const words = useTranslations();
  const { faultOf } = useFailure();
  const { api } = useTimos();
  const rename = useMutation({
    mutationFn: (name: string) =>
      api.passkeys.renamePasskey({ params: { id: passkey.id }, body: { name } }),
    onSuccess: onDone,
  });
  return (
    <Dialog title={t("renameTitle")} onDismiss={onDone}>
      <Form
        error={rename.error}
        fields={["name"]}
        onSubmit={(data) => rename.mutate(textOf(data, "name"))}
      >
        <Field
          name="name"
          label={t("name")}
          defaultValue={passkey.name}
          maxLength={120}
          required
          autoFocus
          fault={faultOf(rename.error, "name")}
        />
        <div className="flex flex-wrap gap-3">
          <Button type="submit" busyLabel={rename.isPending && words("settings.saving")}>
            {words("settings.save")}
          </Button>
          <Button look="quiet" onClick={onDone}>
            {words("common.cancel")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
