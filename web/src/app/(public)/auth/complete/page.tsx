import type { Metadata } from "next";
import { FormPage } from "@/components/form-page.tsx";
import { CompleteSignIn } from "@/features/auth/complete-sign-in.tsx";

export const metadata: Metadata = { title: "Signing in" };

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
