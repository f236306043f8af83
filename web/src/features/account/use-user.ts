import type { Me } from "@timos/api/contract";
import { useSession } from "@/lib/client.tsx";

/** Whose journal this is. For private pages only. */
export function useUser(): Me & { readonly dateLocale: string } {
  const state = useSession();
  if (!("user" in state)) throw new Error("useUser is called outside of the private pages");
  const { user } = state;
  // The words around are English; dates follow the person as far as they stay readable among them.
  return { ...user, dateLocale: user.locale.startsWith("en") ? user.locale : "en-GB" };
}
