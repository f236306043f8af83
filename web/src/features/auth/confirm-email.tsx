"use client";

import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { buttonLook } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { useTimos } from "@/lib/client.tsx";
import { LinkPage } from "./link-page.tsx";

/** Uses the address to which the link was mailed. */
export function ConfirmEmail() {
  const { api } = useTimos();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (token: string) => api.emailChange.confirm({ body: { token } }),
  });
  if (isSuccess) {
    return (
      <PageState
        title="Your account has this address now"
        actions={
          <Link href="/sign-in" className={buttonLook()}>
            Go on
          </Link>
        }
      >
        <p>Every other device was signed out. Sign in with the new address from now on.</p>
      </PageState>
    );
  }
  return (
    <LinkPage
      title="Use this address?"
      label="Use this address"
      busyLabel="One moment…"
      isPending={isPending}
      error={error}
      act={mutate}
    >
      <p>Your account will have the address to which this link was mailed.</p>
      <p>Every other device is signed out. The address until now is told.</p>
      <p>If you did not ask for this, close the page: it is not your account.</p>
    </LinkPage>
  );
}
