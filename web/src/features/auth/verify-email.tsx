"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { Button, buttonLook } from "@/components/button.tsx";
import { PageState } from "@/components/page-state.tsx";
import { Skeleton } from "@/components/skeleton.tsx";
import { ApiError } from "@/lib/api.ts";
import { useSession, useTimos } from "@/lib/client.tsx";
import { explain } from "@/lib/failure.ts";
import { linkToken } from "./link-token.ts";
import { ResendByAddress } from "./resend-by-address.tsx";

/** Confirms the address by the token in the link, and signs in. */
export function VerifyEmail() {
  const router = useRouter();
  const { api, session } = useTimos();
  const { status } = useSession();
  const token = useSyncExternalStore(linkToken.subscribe, linkToken.get, () => undefined);
  // A link works once. Kept by its token, the answer outlives the page being rendered anew.
  const verification = useQuery({
    queryKey: ["verification", token],
    queryFn: () => api.auth.verifyEmail({ body: { token: token ?? "" } }),
    // The session's own first question must be answered: its answer would overtake this one's.
    enabled: typeof token === "string" && status !== "starting",
    retry: false,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchOnMount: false,
  });
  const { data, error } = verification;

  useEffect(() => {
    if (data === undefined) return;
    session.accept(data);
    router.replace("/today");
  }, [data, session, router]);

  if (token === null) {
    return (
      <Unconfirmed title="This link is not whole">
        <p>Open the link in the letter itself, or have a new one sent.</p>
      </Unconfirmed>
    );
  }
  if (!error) {
    return (
      <div className="grid gap-6">
        <h1 className="font-serif text-heading font-medium">Confirming your address…</h1>
        <Skeleton label="One moment" lines={["h-4 w-3/4", "h-4 w-1/2"]} />
      </div>
    );
  }
  if (error instanceof ApiError && (error.code === "gone" || error.code === "invalid_request")) {
    return (
      <Unconfirmed title="This link is used or has expired">
        <p>If you confirmed your address before, just sign in. Otherwise have a new link sent.</p>
      </Unconfirmed>
    );
  }
  return (
    <PageState
      title="Not confirmed yet"
      actions={<Button onClick={() => void verification.refetch()}>Try again</Button>}
    >
      <p>{explain(error)}</p>
    </PageState>
  );
}

function Unconfirmed({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid gap-6">
      <PageState
        title={title}
        actions={
          <Link href="/sign-in" className={buttonLook("secondary")}>
            Sign in
          </Link>
        }
      >
        {children}
      </PageState>
      <ResendByAddress />
    </div>
  );
}
