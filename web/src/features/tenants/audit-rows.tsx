"use client";

import type { TenantEvent } from "@timos/api/contract";
import { useTranslations } from "use-intl";
import { Row, Rows } from "@/components/rows.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useEventName } from "@/features/settings/use-event-name.ts";

interface Props {
  label: string;
  items: readonly TenantEvent[];
  /** What somebody is called, where that is known. */
  personOf?: (id: string) => string | undefined;
}

/** What happened, as those see it who run an organisation or the platform: whom it concerns by name, or else by their ids. */
export function AuditRows({ label, items, personOf }: Props) {
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
            userId !== null && t("concerns", { id: personOf?.(userId) ?? userId }),
          ]}
        />
      ))}
    </Rows>
  );
}
