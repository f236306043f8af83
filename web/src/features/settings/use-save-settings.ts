import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { useToast } from "@/components/toast.tsx";
import { useTimos } from "@/lib/client.tsx";

type Settings = Parameters<ReturnType<typeof useTimos>["api"]["account"]["patch"]>[0]["body"];

/** Changes what the account says of its owner, here and in the other tabs. */
export function useSaveSettings() {
  const t = useTranslations("settings");
  const { api, session } = useTimos();
  const toast = useToast();
  return useMutation({
    mutationFn: (body: Settings) => api.account.patch({ body }),
    onSuccess: (user) => {
      session.update(user);
      toast({ text: t("saved") });
    },
  });
}
