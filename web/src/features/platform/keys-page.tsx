"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Loaded } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { useTimos } from "@/lib/client.tsx";

export function KeysPage() {
  const t = useTranslations("platform");
  const { api } = useTimos();
  const keys = useQuery({
    queryKey: ["platform", "keys"],
    queryFn: ({ signal }) => api.admin.countKeys({ signal }),
  });
  const headings = [t("keys.master"), t("keys.state"), t("keys.count")];
  return (
    <>
      <PageHeading title={t("places.keys")}>{t("keys.hint")}</PageHeading>
      <Loaded query={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-soft">{t("keys.none")}</p>
          ) : (
            <table className="w-full border-collapse text-start">
              <thead>
                <tr className="border-b border-line text-sm text-soft">
                  {headings.map((heading) => (
                    <th key={heading} scope="col" className="py-2 pe-4 text-start font-medium">
                      {heading}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {items.map(({ mekRef, state, count }) => (
                  <tr key={`${mekRef} ${state}`} className="border-b border-line">
                    <td className="py-3 pe-4 font-mono text-sm [overflow-wrap:anywhere]">
                      {mekRef}
                    </td>
                    <td className="py-3 pe-4">{t(`keys.states.${state}`)}</td>
                    <td className="py-3 pe-4 tabular-nums">{count}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </>
  );
}
