import { FormPage } from "@/components/form-page.tsx";
import { CompleteSignIn } from "@/features/auth/complete-sign-in.tsx";
import { titled } from "@/i18n/server.ts";

export const generateMetadata = titled("auth.signIn", (t) => t("completingTab"));

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ searchParams }: Props) {
  const { to } = await searchParams;
  return (
    <FormPage>
      <CompleteSignIn to={typeof to === "string" ? to : undefined} />
    </FormPage>
  );
}
