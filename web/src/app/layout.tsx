import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/newsreader/opsz.css";
import "@fontsource-variable/newsreader/opsz-italic.css";
import "@/styles/globals.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { pageLocale, translations } from "@/i18n/server.ts";
import { Words } from "@/i18n/words.tsx";
import { TimosProvider } from "@/lib/client.tsx";
import { parseTheme, THEME_COOKIE } from "@/lib/theme.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await translations("common");
  return {
    title: { default: t("title"), template: "%s · TimOS" },
    description: t("description"),
    robots: { index: false, follow: false },
    referrer: "no-referrer",
  };
}

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fcfbf9" },
    { media: "(prefers-color-scheme: dark)", color: "#13171d" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // A page that is rendered ahead cannot carry the nonce of an answer.
  await connection();
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang={await pageLocale()} data-theme={theme === "system" ? undefined : theme}>
      <body>
        <Words of={["common", "failures", "fields"]}>
          <TimosProvider>{children}</TimosProvider>
        </Words>
      </body>
    </html>
  );
}
