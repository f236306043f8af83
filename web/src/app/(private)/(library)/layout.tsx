import type { ReactNode } from "react";
import { Words } from "@/i18n/words.tsx";

export default function Layout({ children }: { children: ReactNode }) {
  return <Words of={["library", "charts", "insights", "dayFlow"]}>{children}</Words>;
}
