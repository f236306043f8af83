"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Failure } from "./failure.tsx";

interface Props {
  title: string;
  children: ReactNode;
  label: string;
  /** Whether what was begun goes on. */
  isBusy: boolean;
  error: unknown;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** Asks before something is done that cannot simply be undone. */
export function ConfirmDialog(props: Props) {
  const t = useTranslations("common");
  const { title, children, label, isBusy, error, onConfirm, onDismiss } = props;
  return (
    <Dialog title={title} onDismiss={onDismiss}>
      <Failure of={error} />
      <div className="grid gap-2 text-soft">{children}</div>
      <div className="flex flex-wrap gap-3">
        <Button look="danger" busyLabel={isBusy && t("oneMoment")} onClick={onConfirm}>
          {label}
        </Button>
        <Button look="quiet" onClick={onDismiss}>
          {t("cancel")}
        </Button>
      </div>
    </Dialog>
  );
}
