"use client";

import type { VaultStatus } from "@timos/api/contract";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useTranslations } from "use-intl";
import { Loaded } from "@/components/loaded.tsx";
import { Section } from "@/components/section.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useTimos } from "@/lib/client.tsx";

export function VaultSection() {
  const t = useTranslations("settings.vault");
  const { api } = useTimos();
  const vault = useQuery({
    queryKey: ["account", "vault"],
    queryFn: ({ signal }) => api.vault.get({ signal }),
  });
  return (
    <Section title={t("title")} hint={t("hint")}>
      <Loaded query={vault}>{(status) => <Status {...status} />}</Loaded>
    </Section>
  );
}

function Status({ integrity, counts, keys, lastProvenRestore }: VaultStatus) {
  const t = useTranslations("settings.vault");
  const { at, onDay } = useInstant();
  const isBroken = integrity.status === "violated";
  const Sign = isBroken ? CircleAlert : CircleCheck;
  return (
    <div className="grid gap-5">
      <p className={`flex items-start gap-2 font-medium ${isBroken ? "text-danger" : "text-good"}`}>
        <Sign aria-hidden className="mt-0.75 size-4.5 shrink-0" />
        <span>
          {t(integrity.status)}{" "}
          {integrity.verifiedAt && (
            <span className="font-normal text-soft">
              {t("checked", { date: at(integrity.verifiedAt) })}
            </span>
          )}
        </span>
      </p>
      {integrity.unlisted !== undefined && (
        <p className="text-danger">{t("unlisted", { count: integrity.unlisted })}</p>
      )}
      <dl className="grid grid-cols-2 gap-x-8 gap-y-4 sm:grid-cols-3">
        <Fact name={t("entries")}>{counts.entries}</Fact>
        <Fact name={t("versions")}>{counts.versions}</Fact>
        <Fact name={t("trash")}>{counts.trash}</Fact>
      </dl>
      <ul className="grid gap-1 text-sm text-soft">
        {keys.map(({ version, state, createdAt }) => (
          <li key={version}>
            <span className="font-medium text-ink">{t("key", { version: String(version) })}</span>
            {" · "}
            {t("keySince", { state: t(`keyStates.${state}`), date: onDay(createdAt) })}
          </li>
        ))}
        <li>
          {lastProvenRestore === null
            ? t("neverRestored")
            : t("restored", {
                date: onDay(lastProvenRestore.at),
                taken: at(lastProvenRestore.takenAt),
              })}
        </li>
      </ul>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: string | number }) {
  return (
    <div className="grid content-start gap-0.5">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="font-serif text-title font-medium tabular-nums">{children}</dd>
    </div>
  );
}
