import type { ReactNode } from "react";
import { PrivateFrame } from "@/features/account/private-frame.tsx";
import { Words } from "@/i18n/words.tsx";

export default function PrivateLayout({ children }: { children: ReactNode }) {
  return (
    <Words of={["auth", "proof", "lists", "journal", "writing", "search", "keeping"]}>
      <PrivateFrame>{children}</PrivateFrame>
    </Words>
  );
}
