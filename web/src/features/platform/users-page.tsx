"use client";

import type { Account } from "@timos/api/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { Failure } from "@/components/failure.tsx";
import { Field } from "@/components/field.tsx";
import { LoadedPages } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Badge, Row, Rows } from "@/components/rows.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useUser } from "@/features/account/use-user.ts";
import { useTimos } from "@/lib/client.tsx";
import { textOf } from "@/lib/form.ts";
import { usePages } from "@/lib/pages.ts";

/** The accounts of the platform. What is looked for is sent in a body, since an address of a page is kept in many places. */
export function UsersPage() {
  const t = useTranslations("platform");
  const { api } = useTimos();
  const { id: ownId } = useUser();
  const { onDay } = useInstant();
  const queries = useQueryClient();
  const [sought, setSought] = useState("");
  const [suspending, setSuspending] = useState<Account>();
  const users = usePages(["platform", "users", sought], ({ query, signal }) =>
    sought === ""
      ? api.admin.listUsers({ query, signal })
      : api.admin.searchUsers({ body: { q: sought, ...query }, signal }),
  );
  const refresh = () => queries.invalidateQueries({ queryKey: ["platform", "users"] });
  const suspend = useMutation({
    mutationFn: (id: string) => api.admin.suspendUser({ params: { id } }),
    onSuccess: () => {
      setSuspending(undefined);
      return refresh();
    },
  });
  const restore = useMutation({
    mutationFn: (id: string) => api.admin.restoreUser({ params: { id } }),
    onSuccess: refresh,
  });

  return (
    <>
      <PageHeading title={t("places.users")}>{t("users.hint")}</PageHeading>
      <div className="grid gap-6">
        <form
          method="post"
          role="search"
          className="flex max-w-form flex-wrap items-end gap-3 [&>:first-child]:flex-1"
          onSubmit={(event) => {
            event.preventDefault();
            setSought(textOf(new FormData(event.currentTarget), "q").trim());
          }}
        >
          <Field name="q" type="search" label={t("users.search")} maxLength={254} />
          <Button type="submit" look="secondary" className="min-h-11">
            {t("users.find")}
          </Button>
        </form>
        <Failure of={restore.error} />
        <LoadedPages query={users} none={t("users.none")}>
          {(items) => (
            <Rows label={t("places.users")}>
              {items.map((account) => {
                const { id, email, displayName, status } = account;
                const isSuspended = status === "suspended";
                return (
                  <Row
                    key={id}
                    title={
                      <>
                        {displayName || email}
                        {isSuspended && <Badge>{t("users.suspended")}</Badge>}
                        {account.platformRole !== null && <Badge>{t("users.superadmin")}</Badge>}
                      </>
                    }
                    details={[
                      displayName !== "" && email,
                      !account.isEmailVerified && t("users.notVerified"),
                      t("tenants.since", { date: onDay(account.createdAt) }),
                    ]}
                    actions={
                      id !== ownId &&
                      (isSuspended ? (
                        <Button
                          look="secondary"
                          aria-label={t("users.restoreName", { email })}
                          disabled={restore.isPending}
                          onClick={() => restore.mutate(id)}
                        >
                          {t("users.restore")}
                        </Button>
                      ) : (
                        <Button
                          look="quiet"
                          aria-label={t("users.suspendName", { email })}
                          onClick={() => setSuspending(account)}
                        >
                          {t("users.suspend")}
                        </Button>
                      ))
                    }
                  />
                );
              })}
            </Rows>
          )}
        </LoadedPages>
      </div>
      {suspending && (
        <ConfirmDialog
          title={t("users.suspendTitle", { email: suspending.email })}
          label={t("users.suspend")}
          isBusy={suspend.isPending}
          error={suspend.error}
          onConfirm={() => suspend.mutate(suspending.id)}
          onDismiss={() => setSuspending(undefined)}
        >
          <p>{t("users.suspendText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
