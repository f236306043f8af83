"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Places } from "@/components/places.tsx";

const PLACES = [
  { href: "/admin", name: "users" },
  { href: "/admin/tenants", name: "tenants" },
  { href: "/admin/keys", name: "keys" },
  { href: "/admin/operations", name: "operations" },
  { href: "/admin/audit", name: "audit" },
] as const;

export function PlatformPlaces({ children }: { children: ReactNode }) {
  const t = useTranslations("platform");
  const places = PLACES.map(({ href, name }) => ({ href, name: t(`places.${name}`) }));
  return (
    <Places label={t("title")} places={places}>
      {children}
    </Places>
  );
}
