"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { Failure } from "@/components/failure.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { Section } from "@/components/section.tsx";
import { useTimos } from "@/lib/client.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { TotpEnrolment } from "./totp-enrolment.tsx";

/** The second factor by an app: set up, shown, changed and turned off in one place. */
export function TotpSection() {
  const t = useTranslations("settings.totp");
  const words = useTranslations("common");
  const { api } = useTimos();
  const queries = useQueryClient();
  const [codes, setCodes] = useState<readonly string[]>();
  const status = useQuery({
    queryKey: ["account", "mfa"],
    queryFn: ({ signal }) => api.mfa.mfaStatus({ signal }),
  });
  const enrol = useMutation({ mutationFn: () => api.mfa.enrollTotp({ body: {} }) });
  const refresh = () => queries.invalidateQueries({ queryKey: ["account"] });

  return (
    <Section title={t("title")} hint={t("hint")}>
      {codes !== undefined ? (
        <RecoveryCodes codes={codes} onKept={() => setCodes(undefined)} />
      ) : enrol.data !== undefined ? (
        <TotpEnrolment
          enrolment={enrol.data}
          onCancel={enrol.reset}
          onConfirmed={(made) => {
            setCodes(made);
            enrol.reset();
            void refresh();
          }}
        />
      ) : (
        <Loaded query={status}>
          {({ totp, recoveryCodesLeft, isLowOnRecoveryCodes }) =>
            totp ? (
              <TotpOn
                left={recoveryCodesLeft}
                isLow={isLowOnRecoveryCodes}
                onCodes={setCodes}
                onChanged={() => void refresh()}
              />
            ) : (
              <div className="grid justify-items-start gap-4">
                <Failure of={enrol.error} />
                <p className="font-medium">{t("off")}</p>
                <Button
                  busyLabel={enrol.isPending && words("oneMoment")}
                  onClick={() => enrol.mutate()}
                >
                  {t("setUp")}
                </Button>
              </div>
            )
          }
        </Loaded>
      )}
    </Section>
  );
}

interface OnProps {
  left: number;
  isLow: boolean;
  onCodes: (codes: readonly string[]) => void;
  onChanged: () => void;
}

function TotpOn({ left, isLow, onCodes, onChanged }: OnProps) {
  const t = useTranslations("settings.totp");
  const { api } = useTimos();
  const [asked, setAsked] = useState<"off" | "codes" | null>(null);
  const turnOff = useMutation({
    mutationFn: () => api.mfa.disableTotp(),
    onSuccess: () => {
      setAsked(null);
      onChanged();
    },
  });
  const renew = useMutation({
    mutationFn: () => api.mfa.makeRecoveryCodes({ body: {} }),
    onSuccess: ({ recoveryCodes }) => {
      onCodes(recoveryCodes);
      onChanged();
    },
  });
  return (
    <div className="grid gap-4">
      <p>
        <span className="font-medium">{t("on")}</span>
        <span className="text-soft">
          {" · "}
          {t("left", { count: left })} {isLow && t("low")}
        </span>
      </p>
      <div className="flex flex-wrap gap-3">
        <Button look="secondary" onClick={() => setAsked("codes")}>
          {t("newCodes")}
        </Button>
        <Button look="quiet" onClick={() => setAsked("off")}>
          {t("turnOff")}
        </Button>
      </div>
      {asked === "off" && (
        <ConfirmDialog
          title={t("turnOffTitle")}
          label={t("turnOff")}
          isBusy={turnOff.isPending}
          error={turnOff.error}
          onConfirm={() => turnOff.mutate()}
          onDismiss={() => setAsked(null)}
        >
          <p>{t("turnOffText")}</p>
        </ConfirmDialog>
      )}
      {asked === "codes" && (
        <ConfirmDialog
          title={t("newCodesTitle")}
          label={t("newCodes")}
          isBusy={renew.isPending}
          error={renew.error}
          onConfirm={() => renew.mutate()}
          onDismiss={() => setAsked(null)}
        >
          <p>{t("newCodesText")}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
