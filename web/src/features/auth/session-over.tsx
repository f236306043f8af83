"use client";

import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { useSession } from "@/lib/client.tsx";
import { later } from "@/lib/later.tsx";
import { useUnsavedCount } from "@/lib/saver/saving-provider.tsx";
import type { Ending } from "@/lib/session.ts";

const load = () => import("./sign-in-again.tsx");
const SignInAgain = later(load);
/** When it is needed it may be too late: a server that ends sessions may have another build by then. */
const LOAD_AHEAD_MS = 10_000;

/** When the session is over: leaves for the sign-in, unless unsaved text is on the screen; then asks in place. */
export function SessionOver() {
  const state = useSession();
  const unsaved = useUnsavedCount();
  const [isLeaving, setIsLeaving] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), LOAD_AHEAD_MS);
    return () => clearTimeout(timer);
  }, []);
  if (state.status !== "over") return null;
  const { user, because } = state;
  if (unsaved === 0 || isLeaving) return <Leave because={because} />;
  return (
    <SignInAgain
      email={user.email}
      because={because}
      unsaved={unsaved}
      onLeave={() => setIsLeaving(true)}
    />
  );
}

function Leave({ because }: { because: Ending }) {
  const router = useRouter();
  const pathname = usePathname();
  useEffect(() => {
    // Everything of the person before goes with the page; the other is found signed in.
    if (because === "replaced") location.assign("/today");
    else if (because === "signed_out") router.replace("/sign-in?notice=signed_out");
    else router.replace(`/sign-in?notice=${because}&next=${pathname}`);
  }, [because, pathname, router]);
  return null;
}
