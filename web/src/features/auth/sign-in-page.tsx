"use client";

import { ERRORS, type ErrorCode } from "@timos/api/contract";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { Notice } from "@/components/notice.tsx";
import { useSession, useTimos } from "@/lib/client.tsx";
import { leadsTo } from "./leads-to.ts";
import { PasskeyButton } from "./passkey-button.tsx";
import type { Question } from "./second-factor-form.tsx";
import { ProviderButtons } from "./provider-buttons.tsx";
import { SignInForm } from "./sign-in-form.tsx";

const NOTICES: Readonly<Record<string, string>> = {
  ended: "Your session has ended. Sign in to go on where you were.",
  reused:
    "Your session was ended because its token was used twice, which should not happen. If you did not copy your browser's data, change your password.",
  signed_out: "You are signed out.",
};

/** Who comes back from a provider may have a second factor to prove; the token of that is in a cookie. */
const AFTER_PROVIDER: Question = { methods: ["totp", "recovery"] };

interface Props {
  next: string | undefined;
  notice: string | undefined;
  step: string | undefined;
  /** The code that a sign-in with a provider ended in. */
  error: string | undefined;
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

export function SignInPage({ next, notice, step, error }: Props) {
  const router = useRouter();
  const { session } = useTimos();
  const { status } = useSession();
  const text = notice === undefined ? undefined : NOTICES[notice];

  useEffect(() => {
    if (status === "over") session.forget();
    if (status === "signed_in") router.replace(leadsTo(next));
  }, [status, next, router, session]);

  return (
    <>
      <h1 className="font-serif text-heading font-medium">Sign in</h1>
      {error !== undefined && isCode(error) && (
        <Notice tone="danger">
          <p>{ERRORS[error].title}</p>
        </Notice>
      )}
      {text && (
        <Notice>
          <p>{text}</p>
        </Notice>
      )}
      <SignInForm question={step === "mfa" ? AFTER_PROVIDER : null} />
      <p>
        <Link
          href="/forgot-password"
          className="font-medium text-accent underline underline-offset-4"
        >
          Forgot your password?
        </Link>
      </p>
      <PasskeyButton />
      <ProviderButtons />
      <p className="text-soft">
        No journal yet?{" "}
        <Link href="/sign-up" className="font-medium text-accent underline underline-offset-4">
          Begin one
        </Link>
      </p>
    </>
  );
}
