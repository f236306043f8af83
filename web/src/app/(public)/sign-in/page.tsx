import { FormPage } from "@/components/form-page.tsx";
import { SignInPage } from "@/features/auth/sign-in-page.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("auth.signIn", (t) => t("title"));

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ searchParams }: Props) {
  const { next, notice, step, to, error } = await searchParams;
  const one = (value: string | string[] | undefined) =>
    typeof value === "string" ? value : undefined;
  return (
    <FormPage>
      <SignInPage
        next={one(next) ?? one(to)}
        notice={one(notice)}
        step={one(step)}
        error={one(error)}
      />
    </FormPage>
  );
}
