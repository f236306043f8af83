"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { LoadedPages } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { useTimos } from "@/lib/client.tsx";
import { usePages } from "@/lib/pages.ts";
import { AuditRows } from "./audit-rows.tsx";

export function TenantActivityPage() {
  const t = useTranslations("tenant");
  const { api } = useTimos();
  const events = usePages(["tenant", "audit"], (asked) => api.tenants.tenantAudit(asked));
  // Names are nice to have: without them people are told by their ids.
  const members = useQuery({
    queryKey: ["tenant", "names"],
    queryFn: ({ signal }) => api.tenants.listMembers({ query: { limit: 200 }, signal }),
  });
  const personOf = (id: string) => {
    const member = members.data?.items.find((each) => each.id === id);
    return member && (member.displayName || member.email);
  };
  return (
    <>
      <PageHeading title={t("places.activity")}>{t("activity.hint")}</PageHeading>
      <LoadedPages query={events} none={t("activity.none")}>
        {(items) => <AuditRows label={t("places.activity")} items={items} personOf={personOf} />}
      </LoadedPages>
    </>
  );
}
