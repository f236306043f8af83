"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";

/** Copies `text`, and says so. */
export function CopyButton({ text }: { text: string }) {
  const t = useTranslations("common");
  const [isCopied, setIsCopied] = useState(false);
  const Sign = isCopied ? Check : Copy;
  return (
    <Button
      look="quiet"
      onClick={() => void navigator.clipboard.writeText(text).then(() => setIsCopied(true))}
    >
      <Sign aria-hidden className="size-4.5" />
      <span role="status">{isCopied ? t("copied") : t("copy")}</span>
    </Button>
  );
}
