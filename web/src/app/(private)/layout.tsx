import type { ReactNode } from "react";
import { PrivateFrame } from "@/features/account/private-frame.tsx";
import { Words } from "@/i18n/words.tsx";

export default function PrivateLayout({ children }: { children: ReactNode }) {
  return (
    <Words of={["auth", "proof", "lists", "journal", "keeping"]}>
      <PrivateFrame>{children}</PrivateFrame>
    </Words>
  );
}
