"use client";

import { useTranslations } from "use-intl";
import { LoadedPages } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Row, Rows } from "@/components/rows.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useTimos } from "@/lib/client.tsx";
import { usePages } from "@/lib/pages.ts";

export function TenantsPage() {
  const t = useTranslations("platform");
  const { api } = useTimos();
  const { onDay } = useInstant();
  const tenants = usePages(["platform", "tenants"], (asked) => api.admin.listTenants(asked));
  return (
    <>
      <PageHeading title={t("places.tenants")}>{t("tenants.hint")}</PageHeading>
      <LoadedPages query={tenants} none="">
        {(items) => (
          <Rows label={t("places.tenants")}>
            {items.map(({ id, name, members, mfaRequired, createdAt }) => (
              <Row
                key={id}
                title={name}
                details={[
                  t("tenants.members", { count: members }),
                  mfaRequired && t("tenants.mfa"),
                  t("tenants.since", { date: onDay(createdAt) }),
                ]}
              />
            ))}
          </Rows>
        )}
      </LoadedPages>
    </>
  );
}
