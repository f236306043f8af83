"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Notice } from "@/components/notice.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { useAction } from "@/lib/use-action.ts";
import { usePasswordLength } from "./password-length.ts";
import { useFocusOnFault } from "./use-focus-on-fault.ts";

interface Props {
  token: string;
  /** Shown in place of the form when the link is of no use any more. */
  useless: ReactNode;
}

/** Asks for the password of a sign-up that was made in another browser, or for one to take its place. */
export function SignedUpElsewhere({ token, useless }: Props) {
  const t = useTranslations("join.elsewhere");
  const words = useTranslations();
  const { explain, faultOf } = useFailure();
  const { hint, faultOfLength } = usePasswordLength();
  const router = useRouter();
  const { api, session } = useTimos();
  const form = useRef<HTMLFormElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [isNew, setIsNew] = useState(false);
  const [lengthFault, setLengthFault] = useState<string>();
  useEffect(() => heading.current?.focus(), [isNew]);
  const verify = useAction({
    mutationFn: (password: string) =>
      api.auth.verifyEmail({
        body: { token, ...(isNew ? { newPassword: password } : { password }) },
      }),
    onSuccess: (data) => {
      session.accept(data);
      router.replace("/today");
    },
  });
  const { error } = verify;
  const code = error instanceof ApiError ? error.code : undefined;
  const fault =
    lengthFault ??
    faultOf(error, isNew ? "newPassword" : "password") ??
    (code === "invalid_credentials" ? t("wrong") : undefined);
  useFocusOnFault(form, fault);
  const choose = (isNewNow: boolean) => {
    verify.reset();
    setLengthFault(undefined);
    setIsNew(isNewNow);
  };

  if (code === "gone" || code === "conflict") return useless;
  return (
    <div className="grid gap-6">
      <h1 ref={heading} tabIndex={-1} className="font-serif text-heading font-medium outline-none">
        {isNew ? t("newTitle") : t("title")}
      </h1>
      <div className="grid gap-2 text-lg text-soft">
        {isNew ? (
          <p>{t("replaces")}</p>
        ) : (
          <>
            <p>{t("signedUp")}</p>
            <p>{t("notYou")}</p>
          </>
        )}
      </div>
      <form
        method="post"
        ref={form}
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          const password = textOf(new FormData(event.currentTarget), "password");
          const found = isNew ? faultOfLength(password) : undefined;
          setLengthFault(found);
          if (found === undefined) verify.mutate(password);
        }}
      >
        {error && fault === undefined && (
          <Notice tone="danger">
            <p>{explain(error)}</p>
          </Notice>
        )}
        <PasswordField
          key={String(isNew)}
          name="password"
          label={words("fields.password")}
          autoComplete={isNew ? "new-password" : "current-password"}
          {...(isNew && { hint })}
          fault={fault}
        />
        <div className="flex flex-wrap gap-3">
          <Button
            type="submit"
            busyLabel={(verify.isPending || verify.isSuccess) && words("common.oneMoment")}
          >
            {words("join.verify.label")}
          </Button>
          <Button look="quiet" onClick={() => choose(!isNew)}>
            {isNew ? t("useChosen") : t("chooseNew")}
          </Button>
        </div>
      </form>
    </div>
  );
}
