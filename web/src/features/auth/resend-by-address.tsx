"use client";

import { useMutation } from "@tanstack/react-query";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { useTimos } from "@/lib/client.tsx";
import { explain, faultOf } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

/** A new verification link, for whoever comes with an old one. */
export function ResendByAddress() {
  const { api } = useTimos();
  const resend = useMutation({
    mutationFn: (email: string) => api.auth.resendVerification({ body: { email } }),
  });
  const fault = faultOf(resend.error, "email");

  if (resend.isSuccess) {
    return (
      <Notice title="Look into your mail">
        <p>If {resend.variables} still has to be confirmed, a new link is on its way there.</p>
      </Notice>
    );
  }
  return (
    <form
      className="grid gap-4 border-t border-line pt-6"
      onSubmit={(event) => {
        event.preventDefault();
        resend.mutate(textOf(new FormData(event.currentTarget), "email").trim());
      }}
    >
      {resend.isError && !fault && (
        <Notice tone="danger">
          <p>{explain(resend.error)}</p>
        </Notice>
      )}
      <Field
        name="email"
        label="E-mail address"
        type="email"
        autoComplete="email"
        required
        fault={fault}
      />
      <Button type="submit" look="secondary" busyLabel={resend.isPending && "Sending…"}>
        Send a new link
      </Button>
    </form>
  );
}
