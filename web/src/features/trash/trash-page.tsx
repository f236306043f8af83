"use client";

import { useMutation } from "@tanstack/react-query";
import { ArchiveRestore } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { LoadedPages } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Row, Rows } from "@/components/rows.tsx";
import { useToast } from "@/components/toast.tsx";
import { Empty } from "@/features/library/empty.tsx";
import { Unreadable } from "@/features/library/unreadable.tsx";
import { useAct, useRefresh } from "@/features/library/use-library.ts";
import { useDayNames } from "@/features/library/use-today.ts";
import { useTimos } from "@/lib/client.tsx";
import { usePages } from "@/lib/pages.ts";
import { type Trashed, useTrashedName } from "./trashed-name.ts";

export function TrashPage() {
  const t = useTranslations("library.trash");
  const words = useTranslations("library.actions");
  const places = useTranslations("journal.places");
  const { api } = useTimos();
  const toast = useToast();
  const act = useAct();
  const { nameOf, kindOf, dayOf } = useTrashedName();
  const { date } = useDayNames();
  const [purging, setPurging] = useState<Trashed | null>(null);
  const trash = usePages(["journal", "trash"], (asked) => api.trash.list(asked));

  const restore = (trashed: Trashed) =>
    act.mutate(async () => {
      const { kind, id } = trashed;
      const { rev } = await api.trash.restore({ params: { kind, id } });
      const back = () =>
        act.mutate(() =>
          api.sync.push({ body: { ops: [{ op: "delete", kind, id, ifRev: rev }] } }),
        );
      toast({
        text: t("restored", { name: nameOf(trashed) }),
        action: { label: words("undo"), run: back },
      });
    });
  const purge = useMutation({
    mutationFn: ({ kind, id }: Trashed) => api.trash.purge({ params: { kind, id } }),
    onSuccess: (_, trashed) => {
      setPurging(null);
      toast({ text: t("purged", { name: nameOf(trashed) }) });
    },
    onSettled: useRefresh(),
  });

  return (
    <>
      <PageHeading title={places("trash")}>{t("hint")}</PageHeading>
      <div className="grid gap-8">
        <Unreadable count={trash.data?.unreadable} />
        {trash.data?.items.length === 0 ? (
          <Empty title={t("none")} hint={t("noneHint")} />
        ) : (
          <LoadedPages query={trash} none="">
            {(items) => (
              <Rows label={places("trash")}>
                {items.map((trashed) => (
                  <Row
                    key={trashed.id}
                    title={<span className="[overflow-wrap:anywhere]">{nameOf(trashed)}</span>}
                    details={[
                      kindOf(trashed),
                      dayOf(trashed),
                      t("kept", { day: date(trashed.purgeAfter) }),
                    ]}
                    actions={
                      <>
                        <Button
                          look="quiet"
                          className="min-h-11"
                          aria-label={t("restoreName", { name: nameOf(trashed) })}
                          onClick={() => restore(trashed)}
                        >
                          <ArchiveRestore aria-hidden className="size-4.5" />
                          {t("restore")}
                        </Button>
                        <Button
                          look="quiet"
                          className="min-h-11"
                          aria-label={t("purgeName", { name: nameOf(trashed) })}
                          onClick={() => setPurging(trashed)}
                        >
                          {t("purge")}
                        </Button>
                      </>
                    }
                  />
                ))}
              </Rows>
            )}
          </LoadedPages>
        )}
      </div>
      {purging && (
        <ConfirmDialog
          title={t("purgeTitle", { name: nameOf(purging) })}
          label={t("purge")}
          isBusy={purge.isPending}
          error={purge.error}
          onConfirm={() => purge.mutate(purging)}
          onDismiss={() => {
            purge.reset();
            setPurging(null);
          }}
        >
          <p>{t("purgeText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
