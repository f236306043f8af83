"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { Form } from "@/components/form.tsx";
import { Notice } from "@/components/notice.tsx";
import { UnreachableError } from "@/lib/api.ts";

interface Props {
  title: string;
  isBusy: boolean;
  error: unknown;
  /** The fields that say themselves what is wrong with them. */
  faultFields: readonly string[];
  children: ReactNode;
  onSave: (data: FormData) => void;
  onDismiss: () => void;
}

const textIn = (form: HTMLFormElement | null | undefined) =>
  form ? JSON.stringify([...new FormData(form)]) : "";

/** A record's fields. What was typed goes only when that is said twice. */
export function EditDialog(props: Props) {
  const { title, isBusy, error, faultFields, children, onSave, onDismiss } = props;
  const t = useTranslations("library.actions");
  const words = useTranslations("common");
  const fields = useRef<HTMLDivElement>(null);
  const before = useRef("");
  const [isLeaving, setIsLeaving] = useState(false);

  useEffect(() => {
    before.current = textIn(fields.current?.closest("form"));
  }, []);

  const leave = () => {
    const isChanged = textIn(fields.current?.closest("form")) !== before.current;
    if (isChanged && !isLeaving) setIsLeaving(true);
    else onDismiss();
  };

  return (
    <Dialog title={title} onDismiss={leave}>
      <Form error={error} fields={faultFields} onSubmit={onSave}>
        <div ref={fields} className="grid gap-5">
          {children}
        </div>
        {error instanceof UnreachableError && (
          <p role="status" className="text-soft">
            {t("stays")}
          </p>
        )}
        {isLeaving && (
          <Notice tone="danger">
            <p>{t("unchanged")}</p>
          </Notice>
        )}
        <div className="flex flex-wrap gap-3">
          <Button type="submit" busyLabel={isBusy && words("oneMoment")}>
            {t("save")}
          </Button>
          {isLeaving ? (
            <>
              <Button look="secondary" onClick={() => setIsLeaving(false)}>
                {t("goOn")}
              </Button>
              <Button look="danger" onClick={onDismiss}>
                {t("discard")}
              </Button>
            </>
          ) : (
            <Button look="quiet" onClick={leave}>
              {words("cancel")}
            </Button>
          )}
        </div>
      </Form>
    </Dialog>
  );
}
