"use client";

import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { Button, buttonLook } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { PageState } from "@/components/page-state.tsx";
import { useTimos } from "@/lib/client.tsx";
import { explain, faultOf } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

/** Has a link mailed to choose a new password. Says the same whether or not there is an account. */
export function ForgotPassword() {
  const { api } = useTimos();
  const { mutate, isPending, isSuccess, error, variables } = useMutation({
    mutationFn: (email: string) => api.auth.forgotPassword({ body: { email } }),
  });
  const fault = faultOf(error, "email");

  if (isSuccess) {
    return (
      <PageState
        title="Check your mail"
        actions={
          <Link href="/sign-in" className={buttonLook("secondary")}>
            Back to signing in
          </Link>
        }
      >
        <p>
          If there is an account for <strong className="font-medium text-ink">{variables}</strong>,
          a letter is on its way there. The link in it works once, within 30 minutes.
        </p>
        <p>Nothing there after a few minutes? Look among the unwanted mail.</p>
      </PageState>
    );
  }
  return (
    <>
      <h1 className="font-serif text-heading font-medium">Forgot your password?</h1>
      <p className="text-soft">
        We send a link to choose another to your address. Your journal stays as it is, whatever
        becomes of the password.
      </p>
      <form
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          mutate(textOf(new FormData(event.currentTarget), "email").trim());
        }}
      >
        {error && !fault && (
          <Notice tone="danger">
            <p>{explain(error)}</p>
          </Notice>
        )}
        <Field
          name="email"
          label="E-mail address"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          fault={fault}
        />
        <Button type="submit" busyLabel={isPending && "Sending…"}>
          Send the link
        </Button>
      </form>
    </>
  );
}
