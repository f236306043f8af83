import type { Kind } from "@/features/library/kind.ts";
import { useTimos } from "@/lib/client.tsx";

type Api = ReturnType<typeof useTimos>["api"]["pillars"];
export type Pillar = Awaited<ReturnType<Api["get"]>>;
export type PillarFields = Parameters<Api["put"]>[0]["body"];

export function usePillarKind(): Kind<Pillar, PillarFields> {
  const { api } = useTimos();
  return {
    name: "pillars",
    calls: api.pillars,
    fieldsOf: ({ id: _id, rev: _rev, createdAt: _created, updatedAt: _updated, ...fields }) =>
      fields,
    titleOf: ({ name }) => name,
    withArchived: (fields, archived) => ({ ...fields, archived }),
    reorder: (ids) => api.pillars.reorder({ body: { ids } }),
  };
}
