"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "@/components/button.tsx";
import { Notice } from "@/components/notice.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { ApiError } from "@/lib/api.ts";
import { useTimos } from "@/lib/client.tsx";
import { explain, faultOf } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";
import { faultOfLength, PASSWORD_HINT } from "./password-length.ts";
import { useFocusOnFault } from "./use-focus-on-fault.ts";

interface Props {
  token: string;
  /** Shown in place of the form when the link is of no use any more. */
  useless: ReactNode;
}

/** Asks for the password of a sign-up that was made in another browser, or for one to take its place. */
export function SignedUpElsewhere({ token, useless }: Props) {
  const router = useRouter();
  const { api, session } = useTimos();
  const form = useRef<HTMLFormElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [isNew, setIsNew] = useState(false);
  const [lengthFault, setLengthFault] = useState<string>();
  useEffect(() => heading.current?.focus(), [isNew]);
  const verify = useMutation({
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
    (code === "invalid_credentials"
      ? "Nobody signed up with this address and that password."
      : undefined);
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
        {isNew ? "Choose a password" : "Which password was chosen?"}
      </h1>
      <div className="grid gap-2 text-lg text-soft">
        {isNew ? (
          <p>
            It takes the place of any that was chosen before: whoever signed up with your address
            cannot get in.
          </p>
        ) : (
          <>
            <p>You signed up in another browser. Enter the password you chose there.</p>
            <p>
              If you did not sign up, somebody else did with your address. Close the page, or choose
              a password to have a journal that is yours alone.
            </p>
          </>
        )}
      </div>
      <form
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
          label="Password"
          autoComplete={isNew ? "new-password" : "current-password"}
          {...(isNew && { hint: PASSWORD_HINT })}
          fault={fault}
        />
        <div className="flex flex-wrap gap-3">
          <Button type="submit" busyLabel={(verify.isPending || verify.isSuccess) && "One moment…"}>
            Confirm and begin
          </Button>
          <Button look="quiet" onClick={() => choose(!isNew)}>
            {isNew ? "Enter the one I chose" : "Choose a new password"}
          </Button>
        </div>
      </form>
    </div>
  );
}
