"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Failure } from "@/components/failure.tsx";
import { LoadedPages } from "@/components/loaded.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { AuditRows } from "@/features/tenants/audit-rows.tsx";
import { useTimos } from "@/lib/client.tsx";
import { usePages } from "@/lib/pages.ts";

export function AuditPage() {
  const t = useTranslations("platform");
  const { api } = useTimos();
  const events = usePages(["platform", "audit"], (asked) => api.admin.platformAudit(asked));
  return (
    <>
      <PageHeading title={t("places.audit")}>{t("audit.hint")}</PageHeading>
      <div className="grid gap-8">
        <Verification />
        <LoadedPages query={events} none={t("audit.none")}>
          {(items) => <AuditRows label={t("places.audit")} items={items} />}
        </LoadedPages>
      </div>
    </>
  );
}

/** Verifies the chain from its beginning to its end, part by part. */
function Verification() {
  const t = useTranslations("platform.audit");
  const { api } = useTimos();
  const [sofar, setSofar] = useState({ seals: 0, events: 0 });
  const verify = useMutation({
    mutationFn: async () => {
      const count = { seals: 0, events: 0 };
      let cursor: string | undefined;
      for (;;) {
        const part = await api.admin.verifyAudit({ query: { cursor } });
        count.seals += part.seals;
        count.events += part.events;
        setSofar({ ...count });
        if (part.nextCursor === null) return { ...part, ...count };
        cursor = part.nextCursor;
      }
    },
  });
  const { data } = verify;
  return (
    <div className="grid justify-items-start gap-4">
      <Failure of={verify.error} />
      {data?.status === "intact" && (
        <Notice>
          <p>{t("intact", { seals: data.seals, events: data.events })}</p>
          {data.unsealed !== null && data.unsealed.count > 0 && (
            <p>{t("unsealed", { count: data.unsealed.count })}</p>
          )}
          {data.head !== null && (
            <p className="text-sm text-soft">
              {t("head")}: <code className="[overflow-wrap:anywhere]">{data.head}</code>
            </p>
          )}
        </Notice>
      )}
      {data?.status === "violated" && (
        <Notice tone="danger" title={t("violated")}>
          <p>{data.fault?.detail}</p>
        </Notice>
      )}
      <Button
        look="secondary"
        busyLabel={verify.isPending && t("verifying", sofar)}
        onClick={() => verify.mutate()}
      >
        {t("verify")}
      </Button>
    </div>
  );
}
