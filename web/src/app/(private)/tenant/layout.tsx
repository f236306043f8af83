import type { ReactNode } from "react";
import { TenantPlaces } from "@/features/tenants/tenant-places.tsx";
import { Words } from "@/i18n/words.tsx";

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <Words of={["settings", "events", "tenant"]}>
      <TenantPlaces>{children}</TenantPlaces>
    </Words>
  );
}
