"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Places } from "@/components/places.tsx";

/** The pages about the account. One more is one line more, and its name in the messages. */
const PLACES = [
  { href: "/settings", name: "profile" },
  { href: "/settings/day", name: "day" },
  { href: "/settings/security", name: "security" },
  { href: "/settings/connections", name: "connections" },
  { href: "/settings/devices", name: "devices" },
  { href: "/settings/tokens", name: "tokens" },
  { href: "/settings/activity", name: "activity" },
  { href: "/settings/data", name: "data" },
] as const;

export function SettingsPlaces({ children }: { children: ReactNode }) {
  const t = useTranslations("settings");
  const places = PLACES.map(({ href, name }) => ({ href, name: t(`places.${name}`) }));
  return (
    <Places label={t("title")} places={places}>
      {children}
    </Places>
  );
}
