"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { Failure } from "@/components/failure.tsx";
import { Loaded, LoadedPages } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Badge, Row, Rows } from "@/components/rows.tsx";
import { Section } from "@/components/section.tsx";
import { useToast } from "@/components/toast.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useTimos } from "@/lib/client.tsx";
import { usePages } from "@/lib/pages.ts";

export function DevicesPage() {
  const t = useTranslations("settings");
  return (
    <>
      <PageHeading title={t("places.devices")} />
      <div className="grid gap-10">
        <Sessions />
        <TrustedBrowsers />
      </div>
    </>
  );
}

function Sessions() {
  const t = useTranslations("settings.devices");
  const { api } = useTimos();
  const { at, onDay } = useInstant();
  const toast = useToast();
  const queries = useQueryClient();
  const [isAsked, setIsAsked] = useState(false);
  const sessions = usePages(["account", "sessions"], (asked) => api.sessions.listSessions(asked));
  const onSuccess = () => {
    setIsAsked(false);
    toast({ text: t("ended") });
    return queries.invalidateQueries({ queryKey: ["account", "sessions"] });
  };
  const end = useMutation({
    mutationFn: (id: string) => api.sessions.revokeSession({ params: { id } }),
    onSuccess,
  });
  const endOthers = useMutation({
    mutationFn: () => api.sessions.logoutAll({ body: { exceptThis: true } }),
    onSuccess,
  });

  return (
    <Section title={t("title")} hint={t("hint")}>
      <Failure of={end.error} />
      <LoadedPages query={sessions} none="">
        {(items) => (
          <div className="grid gap-5">
            <Rows label={t("title")}>
              {items.map(({ id, device, network, createdAt, lastSeenAt, current, assurance }) => (
                <Row
                  key={id}
                  title={
                    <>
                      {device}
                      {current && <Badge>{t("this")}</Badge>}
                    </>
                  }
                  details={[
                    t("seen", { date: at(lastSeenAt) }),
                    network,
                    t("since", { date: onDay(createdAt) }),
                    assurance === 2 && t("twoFactors"),
                  ]}
                  actions={
                    !current && (
                      <Button
                        look="quiet"
                        aria-label={t("endName", { device })}
                        disabled={end.isPending}
                        onClick={() => end.mutate(id)}
                      >
                        {t("end")}
                      </Button>
                    )
                  }
                />
              ))}
            </Rows>
            {items.length > 1 && (
              <Button
                look="secondary"
                className="justify-self-start"
                onClick={() => setIsAsked(true)}
              >
                {t("endOthers")}
              </Button>
            )}
          </div>
        )}
      </LoadedPages>
      {isAsked && (
        <ConfirmDialog
          title={t("endOthersTitle")}
          label={t("endOthers")}
          isBusy={endOthers.isPending}
          error={endOthers.error}
          onConfirm={() => endOthers.mutate()}
          onDismiss={() => setIsAsked(false)}
        >
          <p>{t("endOthersText")}</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function TrustedBrowsers() {
  const t = useTranslations("settings.devices");
  const { api } = useTimos();
  const { onDay } = useInstant();
  const queries = useQueryClient();
  const trusted = useQuery({
    queryKey: ["account", "trusted"],
    queryFn: ({ signal }) => api.mfa.listTrustedDevices({ signal }),
  });
  const forget = useMutation({
    mutationFn: (id: string) => api.mfa.forgetTrustedDevice({ params: { id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["account", "trusted"] }),
  });
  return (
    <Section title={t("trusted")} hint={t("trustedHint")}>
      <Failure of={forget.error} />
      <Loaded query={trusted}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="font-medium">{t("trustedNone")}</p>
          ) : (
            <Rows label={t("trusted")}>
              {items.map(({ id, device, isCurrent, lastUsedAt, expiresAt }) => (
                <Row
                  key={id}
                  title={
                    <>
                      {device}
                      {isCurrent && <Badge>{t("this")}</Badge>}
                    </>
                  }
                  details={[
                    t("seen", { date: onDay(lastUsedAt) }),
                    t("until", { date: onDay(expiresAt) }),
                  ]}
                  actions={
                    <Button
                      look="quiet"
                      aria-label={t("forgetName", { device })}
                      disabled={forget.isPending}
                      onClick={() => forget.mutate(id)}
                    >
                      {t("forget")}
                    </Button>
                  }
                />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Section>
  );
}
