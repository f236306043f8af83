"use client";

import { useTranslations } from "use-intl";
import { PageHeading } from "@/components/page-heading.tsx";
import { SearchBox } from "./search-box.tsx";

const nothingElse = () => [];

/** The search as a page, for those who come to read and not to go somewhere. */
export function SearchPage() {
  const t = useTranslations("search");
  return (
    <div className="grid">
      <PageHeading title={t("title")} />
      <SearchBox placeholder={t("pagePlaceholder")} groupsFor={nothingElse} isPage />
    </div>
  );
}
