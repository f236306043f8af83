"use client";

import { useMutation } from "@tanstack/react-query";
import { PageState } from "@/components/page-state.tsx";
import { useTimos } from "@/lib/client.tsx";
import { LinkPage } from "./link-page.tsx";

/** Stops a change of address, or takes it back. */
export function KeepEmail() {
  const { api } = useTimos();
  const { mutate, isPending, data, error } = useMutation({
    mutationFn: (token: string) => api.emailChange.cancel({ body: { token } }),
  });
  if (data?.outcome === "cancelled") {
    return (
      <PageState title="Your address stays as it is">
        <p>If it was not you who asked for another, change your password now.</p>
      </PageState>
    );
  }
  if (data?.outcome === "undone") {
    return (
      <PageState title="Your account has its address back">
        <p>Everybody was signed out, and the password is not taken any more.</p>
        <p>
          Passkeys and connected accounts that were added since the change was asked for, or in the
          week before, were removed, and open invitations taken back.
        </p>
        <p>Look into your mail: a letter has a link to choose a new one.</p>
      </PageState>
    );
  }
  return (
    <LinkPage
      title="Keep your address?"
      label="Keep this address"
      busyLabel="One moment…"
      isPending={isPending}
      error={error}
      act={mutate}
    >
      <p>The change of your address is stopped.</p>
      <p>
        If it has happened already, it is taken back: everybody is signed out, and you choose a new
        password.
      </p>
    </LinkPage>
  );
}
