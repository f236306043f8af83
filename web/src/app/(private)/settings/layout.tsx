import type { ReactNode } from "react";
import { SettingsPlaces } from "@/features/settings/settings-places.tsx";
import { Words } from "@/i18n/words.tsx";

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <Words of={["settings", "events"]}>
      <SettingsPlaces>{children}</SettingsPlaces>
    </Words>
  );
}
