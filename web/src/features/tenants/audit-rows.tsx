"use client";

import type { TenantEvent } from "@timos/api/contract";
import { useTranslations } from "use-intl";
import { Row, Rows } from "@/components/rows.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useEventName } from "@/features/settings/use-event-name.ts";

/** What happened, as those see it who run an organisation or the platform: whom it concerns by their ids. */
export function AuditRows({ label, items }: { label: string; items: readonly TenantEvent[] }) {
  const t = useTranslations("tenant.activity");
  const words = useTranslations("settings.activity");
  const nameOf = useEventName();
  const { at } = useInstant();
  return (
    <Rows label={label}>
      {items.map(({ id, at: instant, action, outcome, actor, userId }) => (
        <Row
          key={id}
          title={nameOf(action)}
          details={[
            at(instant),
            outcome !== "success" && words(`outcomes.${outcome}`),
            actor !== "user" && t("by", { actor: words(`actors.${actor}`) }),
            userId !== null && t("concerns", { id: userId }),
          ]}
        />
      ))}
    </Rows>
  );
}
