"use client";

import { Download, Printer } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { CopyButton } from "@/components/copy-button.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { saveFile } from "@/lib/save-file.ts";

interface Props {
  codes: readonly string[];
  onKept: () => void;
}

/** Recovery codes, this once: to be copied, kept as a file or printed. */
export function RecoveryCodes({ codes, onKept }: Props) {
  const t = useTranslations("settings.codes");
  const { email } = useUser();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const text = [t("file", { email }), "", ...codes, ""].join("\n");
  return (
    <div className="grid gap-5 rounded-lg border border-line bg-raised p-5">
      <div data-printed className="grid gap-3">
        <h3 ref={heading} tabIndex={-1} className="text-lg font-medium outline-none">
          {t("title")}
        </h3>
        <p className="text-soft">{t("text")}</p>
        <p className="hidden print:block">{t("file", { email })}</p>
        <ul className="grid gap-x-8 gap-y-1.5 font-mono text-base sm:grid-cols-2">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <CopyButton text={text} />
        <Button
          look="quiet"
          onClick={() => saveFile("timos-recovery-codes.txt", "text/plain", text)}
        >
          <Download aria-hidden className="size-4.5" />
          {t("download")}
        </Button>
        <Button look="quiet" onClick={() => window.print()}>
          <Printer aria-hidden className="size-4.5" />
          {t("print")}
        </Button>
      </div>
      <Button className="justify-self-start" onClick={onKept}>
        {t("kept")}
      </Button>
    </div>
  );
}
