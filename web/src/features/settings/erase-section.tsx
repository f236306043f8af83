"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { Field } from "@/components/field.tsx";
import { Form } from "@/components/form.tsx";
import { Section } from "@/components/section.tsx";
import { useUser } from "@/features/account/use-user.ts";
import { useTimos } from "@/lib/client.tsx";
import { textOf } from "@/lib/form.ts";
import { wipeAfter } from "@/lib/keeping/keeping.ts";
import { receiptAddress } from "./receipt.ts";

export function EraseSection() {
  const t = useTranslations("settings.erase");
  const [isAsked, setIsAsked] = useState(false);
  return (
    <Section title={t("title")} hint={t("hint")}>
      <Button look="danger" className="justify-self-start" onClick={() => setIsAsked(true)}>
        {t("label")}
      </Button>
      {isAsked && <EraseDialog onDismiss={() => setIsAsked(false)} />}
    </Section>
  );
}

function EraseDialog({ onDismiss }: { onDismiss: () => void }) {
  const t = useTranslations("settings.erase");
  const { email } = useUser();
  const { api, session } = useTimos();
  const [fault, setFault] = useState<string>();
  const erase = useMutation({
    mutationFn: (confirm: string) => wipeAfter(() => api.account.erase({ body: { confirm } })),
    // Everything that is in memory goes with the page.
    onSuccess: (receipt) => {
      session.endElsewhere();
      window.location.replace(receiptAddress(receipt));
    },
  });
  return (
    <Dialog title={t("dialogTitle")} onDismiss={onDismiss}>
      <p className="text-soft">{t("hint")}</p>
      <Form
        error={erase.error}
        fault={fault}
        onSubmit={(data) => {
          const typed = textOf(data, "confirm").trim();
          const isRight = typed.toLowerCase() === email.toLowerCase();
          setFault(isRight ? undefined : t("mismatch"));
          if (isRight) erase.mutate(email);
        }}
      >
        <Field
          name="confirm"
          label={t("confirm", { email })}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          fault={fault}
        />
        <div className="flex flex-wrap gap-3">
          <Button
            type="submit"
            look="danger"
            busyLabel={(erase.isPending || erase.isSuccess) && t("busy")}
          >
            {t("label")}
          </Button>
          <Button look="quiet" onClick={onDismiss}>
            {t("keep")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
