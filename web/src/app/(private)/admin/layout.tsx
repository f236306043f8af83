import type { ReactNode } from "react";
import { PlatformPlaces } from "@/features/platform/platform-places.tsx";
import { Words } from "@/i18n/words.tsx";

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <Words of={["settings", "events", "tenant", "platform"]}>
      <PlatformPlaces>{children}</PlatformPlaces>
    </Words>
  );
}
