"use client";

import type { Linked, ProviderName } from "@timos/api/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { Failure } from "@/components/failure.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Row, Rows } from "@/components/rows.tsx";
import { useToast } from "@/components/toast.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { ApiError, isErrorCode } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";

const HERE = "/settings/connections";

export function ConnectionsPage() {
  const t = useTranslations("settings");
  const { api } = useTimos();
  const queries = useQueryClient();
  const [disconnecting, setDisconnecting] = useState<Linked>();
  const failed = useSearchParams().get("error");
  const connections = useQuery({
    queryKey: ["account", "connections", "offered"],
    queryFn: async ({ signal }) => {
      const [offered, linked] = await Promise.all([
        api.oauth.providers({ signal }),
        api.oauth.list({ signal }),
      ]);
      return { offered: offered.items, linked: linked.items };
    },
  });
  const connect = useMutation({
    mutationFn: (provider: ProviderName) =>
      api.oauth.start({ params: { provider }, body: { mode: "link", returnTo: HERE } }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const disconnect = useMutation({
    mutationFn: (id: string) => api.oauth.unlink({ params: { id } }),
    onSuccess: () => {
      setDisconnecting(undefined);
      return queries.invalidateQueries({ queryKey: ["account", "connections"] });
    },
  });

  return (
    <>
      <PageHeading title={t("places.connections")}>{t("connections.hint")}</PageHeading>
      <div className="grid gap-6">
        {failed === "link_required" ? (
          <WaitingConnection />
        ) : (
          isErrorCode(failed) && <Failure of={new ApiError(failed)} />
        )}
        <Failure of={connect.error} />
        <Loaded query={connections}>
          {({ offered, linked }) => (
            <Connections
              offered={offered}
              linked={linked}
              isBusy={connect.isPending}
              onConnect={connect.mutate}
              onDisconnect={setDisconnecting}
            />
          )}
        </Loaded>
      </div>
      {disconnecting && (
        <ConfirmDialog
          title={t("connections.disconnectTitle", { provider: disconnecting.label })}
          label={t("connections.disconnect")}
          isBusy={disconnect.isPending}
          error={disconnect.error}
          onConfirm={() => disconnect.mutate(disconnecting.id)}
          onDismiss={() => setDisconnecting(undefined)}
        >
          <p>{t("connections.disconnectText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface Props {
  offered: readonly { readonly name: ProviderName; readonly label: string }[];
  linked: readonly Linked[];
  isBusy: boolean;
  onConnect: (provider: ProviderName) => void;
  onDisconnect: (linked: Linked) => void;
}

function Connections({ offered, linked, isBusy, onConnect, onDisconnect }: Props) {
  const t = useTranslations("settings.connections");
  const { onDay } = useInstant();
  if (offered.length === 0 && linked.length === 0) return <p className="text-soft">{t("none")}</p>;
  const missing = offered.filter(({ name }) => linked.every(({ provider }) => provider !== name));
  return (
    <Rows label={t("connect")}>
      {linked.map((one) => {
        const date = onDay(one.createdAt);
        return (
          <Row
            key={one.id}
            title={one.label}
            details={[
              one.email === null
                ? t("connected", { date })
                : t("connectedAs", { date, email: one.email }),
            ]}
            actions={
              <Button look="quiet" onClick={() => onDisconnect(one)}>
                {t("disconnect")}
              </Button>
            }
          />
        );
      })}
      {missing.map(({ name, label }) => (
        <Row
          key={name}
          title={label}
          details={[t("notConnected")]}
          actions={
            <Button
              look="secondary"
              disabled={isBusy}
              aria-label={t("connectName", { provider: label })}
              onClick={() => onConnect(name)}
            >
              {t("connect")}
            </Button>
          }
        />
      ))}
    </Rows>
  );
}

/** What a sign-in with a provider left, whose address has an account here already: this one, if its owner says so. */
function WaitingConnection() {
  const t = useTranslations("settings.connections");
  const { api } = useTimos();
  const toast = useToast();
  const queries = useQueryClient();
  const confirm = useMutation({
    mutationFn: () => api.oauth.confirmLink({ body: {} }),
    onSuccess: ({ label }) => {
      window.history.replaceState(null, "", HERE);
      toast({ text: t("confirmed", { provider: label }) });
      return queries.invalidateQueries({ queryKey: ["account", "connections"] });
    },
  });
  return (
    <>
      <Failure of={confirm.error} />
      <Notice title={t("pendingTitle")}>
        <p>{t("pending")}</p>
        <div className="mt-1">
          <Button look="secondary" disabled={confirm.isPending} onClick={() => confirm.mutate()}>
            {t("confirm")}
          </Button>
        </div>
      </Notice>
    </>
  );
}
