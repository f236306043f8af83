"use client";

import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { buttonLook } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { LinkPage } from "@/features/auth/link-page.tsx";
import { useLinkToken } from "@/features/auth/link-token.ts";
import { useSession, useTimos } from "@/lib/client.tsx";

/** Moves whoever is signed in into the tenant that invited their address. */
export function AcceptInvitation() {
  const { api } = useTimos();
  const state = useSession();
  // Taken before the sign-in that may have to come first.
  useLinkToken();
  const { mutate, isPending, isSuccess, data, error } = useMutation({
    mutationFn: (token: string) => api.tenants.acceptInvitation({ body: { token } }),
  });
  if (isSuccess) {
    return (
      <PageState
        title={`You are in ${data.name} now`}
        actions={
          <Link href="/today" className={buttonLook()}>
            To your journal
          </Link>
        }
      >
        <p>Everything you wrote came with you. Nobody there can read it.</p>
      </PageState>
    );
  }
  if (state.status === "signed_out" || state.status === "over") return <SignInFirst />;
  return (
    <LinkPage
      title="Accept the invitation?"
      label="Accept the invitation"
      busyLabel="One moment…"
      isPending={isPending}
      isEarly={state.status === "starting"}
      error={error}
      act={mutate}
    >
      <p>You move with all that is yours into the space that invited you.</p>
      <p>Whoever runs it sees that you are a member, and nothing of what you write.</p>
    </LinkPage>
  );
}

function SignInFirst() {
  return (
    <PageState
      title="Sign in to accept the invitation"
      actions={
        <>
          <Link href="/sign-in?next=/invite" className={buttonLook()}>
            Sign in
          </Link>
          <Link href="/sign-up" className={buttonLook("secondary")}>
            Begin a journal
          </Link>
        </>
      }
    >
      <p>It is for an account with the address to which the invitation was mailed.</p>
      <p>
        If you begin one now, or sign in with another service, open the invitation again afterwards.
      </p>
    </PageState>
  );
}
