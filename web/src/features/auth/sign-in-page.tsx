"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { Notice } from "@/components/notice.tsx";
import { linkLook } from "@/components/rich-text.tsx";
import { isErrorCode } from "@/lib/api.ts";
import { useSession, useTimos } from "@/lib/client.tsx";
import { leadsTo } from "./leads-to.ts";
import { PasskeyButton } from "./passkey-button.tsx";
import type { Question } from "./second-factor-form.tsx";
import { ProviderButtons } from "./provider-buttons.tsx";
import { SignInForm } from "./sign-in-form.tsx";

const NOTICES = { ended: "ended", reused: "reused", signed_out: "signedOut" } as const;

const isNotice = (text: string | undefined): text is keyof typeof NOTICES =>
  text !== undefined && Object.hasOwn(NOTICES, text);

/** Who comes back from a provider may have a second factor to prove; the token of that is in a cookie. */
const AFTER_PROVIDER: Question = { methods: ["totp", "recovery"] };

const CONNECTING = "/settings/connections?error=link_required";

interface Props {
  next: string | undefined;
  notice: string | undefined;
  step: string | undefined;
  /** The code that a sign-in with a provider ended in. */
  error: string | undefined;
}

export function SignInPage({ next, notice, step, error }: Props) {
  const t = useTranslations();
  const router = useRouter();
  const { session } = useTimos();
  const { status } = useSession();

  useEffect(() => {
    if (status === "over") session.forget();
    if (status === "signed_in") {
      // What came back from the provider waits there to be connected.
      router.replace(error === "link_required" ? CONNECTING : leadsTo(next));
    }
  }, [status, next, error, router, session]);

  return (
    <>
      <h1 className="font-serif text-heading font-medium">{t("auth.signIn.title")}</h1>
      {isErrorCode(error) && (
        <Notice tone="danger">
          <p>{t(`failures.codes.${error}`)}</p>
        </Notice>
      )}
      {isNotice(notice) && (
        <Notice>
          <p>{t(`auth.signIn.${NOTICES[notice]}`)}</p>
        </Notice>
      )}
      <SignInForm question={step === "mfa" ? AFTER_PROVIDER : null} />
      <p>
        <Link href="/forgot-password" className={linkLook}>
          {t("auth.signIn.forgot")}
        </Link>
      </p>
      <PasskeyButton />
      <ProviderButtons />
      <p className="text-soft">
        {t.rich("auth.signIn.noJournal", {
          link: (words) => (
            <Link href="/sign-up" className={linkLook}>
              {words}
            </Link>
          ),
        })}
      </p>
    </>
  );
}
