"use client";

import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Notice } from "@/components/notice.tsx";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { arePasskeysUsable, askForPasskey } from "@/lib/passkeys.ts";
import { useAction } from "@/lib/use-action.ts";

const never = () => () => undefined;

/** Signs in with a passkey, where the browser can; nothing where it cannot. */
export function PasskeyButton() {
  const t = useTranslations("auth.signIn");
  const { explain } = useFailure();
  const { api, session } = useTimos();
  const isUsable = useSyncExternalStore(never, arePasskeysUsable, () => false);
  const signIn = useAction({
    mutationFn: async () => {
      const credential = await askForPasskey(await api.passkeys.beginSignIn({ body: {} }));
      return credential && api.passkeys.signIn({ body: { credential } });
    },
    onSuccess: (result) => {
      if (result !== null) session.accept(result);
    },
  });
  if (!isUsable) return null;
  return (
    <div className="grid gap-3">
      {signIn.error && (
        <Notice tone="danger">
          <p>{explain(signIn.error)}</p>
        </Notice>
      )}
      <Button look="secondary" disabled={signIn.isPending} onClick={() => signIn.mutate()}>
        {t("passkey")}
      </Button>
    </div>
  );
}
