"use client";

import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";
import { SignOutButton } from "@/features/auth/sign-out-button.tsx";
import { SearchBox } from "./search-box.tsx";
import { useCommands } from "./use-commands.tsx";

/** Search and commands above whatever one was doing. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const t = useTranslations("search");
  const dialog = useRef<HTMLDialogElement>(null);
  const [isLeaving, setIsLeaving] = useState(false);
  const groupsFor = useCommands(onClose, () => setIsLeaving(true));

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, [isLeaving]);

  if (isLeaving) {
    return (
      <Dialog title={t("commands.signOutAsk")} onDismiss={onClose}>
        <div className="flex flex-wrap gap-3">
          <SignOutButton>{t("commands.signOut")}</SignOutButton>
          <Button look="quiet" onClick={onClose}>
            {t("commands.cancel")}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <dialog
      ref={dialog}
      aria-label={t("title")}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // What is pressed outside of its content is the backdrop.
        if (event.target === event.currentTarget) onClose();
      }}
      className="mx-auto mt-2 mb-0 w-[calc(100vw-1rem)] max-w-[40rem] overflow-hidden rounded-lg border border-line bg-page shadow-raised sm:mt-[12dvh]"
    >
      <div className="grid max-h-[min(36rem,calc(100dvh-1rem))] grid-rows-[minmax(0,1fr)] sm:max-h-[min(36rem,80dvh)]">
        <SearchBox
          placeholder={t("placeholder")}
          groupsFor={groupsFor}
          isPage={false}
          onDone={onClose}
        />
      </div>
    </dialog>
  );
}
