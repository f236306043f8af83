"use client";

import { useTranslations } from "use-intl";
import { LoadedPages } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Row, Rows } from "@/components/rows.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useTimos } from "@/lib/client.tsx";
import { usePages } from "@/lib/pages.ts";
import { useEventName } from "./use-event-name.ts";

/** The ledger of the account: what happened to it, and when its key was unwrapped. */
export function ActivityPage() {
  const t = useTranslations("settings");
  const nameOf = useEventName();
  const { api } = useTimos();
  const { at } = useInstant();
  const events = usePages(["account", "audit"], (asked) => api.account.audit(asked));
  return (
    <>
      <PageHeading title={t("places.activity")}>{t("activity.hint")}</PageHeading>
      <LoadedPages query={events} none={t("activity.none")}>
        {(items) => (
          <Rows label={t("places.activity")}>
            {items.map((event) => (
              <Row
                key={event.id}
                title={nameOf(event.action)}
                details={[
                  at(event.at),
                  event.outcome !== "success" && t(`activity.outcomes.${event.outcome}`),
                  event.actor !== "user" && t(`activity.actors.${event.actor}`),
                  event.device,
                  event.network,
                  event.purpose,
                ]}
              />
            ))}
          </Rows>
        )}
      </LoadedPages>
    </>
  );
}
