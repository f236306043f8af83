"use client";

import { useTranslations } from "use-intl";
import { Select } from "@/components/select.tsx";
import { TextArea } from "@/components/text-area.tsx";
import type { Kind } from "@/features/library/kind.ts";
import { LibraryPage } from "@/features/library/library-page.tsx";
import { useTimos } from "@/lib/client.tsx";
import { NameField } from "@/features/library/name-field.tsx";
import { useFailure } from "@/lib/failure.ts";
import { textOf } from "@/lib/form.ts";

type Api = ReturnType<typeof useTimos>["api"]["templates"];
type Template = Awaited<ReturnType<Api["get"]>>;
type TemplateFields = Parameters<Api["put"]>[0]["body"];

const KINDS = ["entries", "feels", "daily-recaps", "weekly-recaps"] as const;

/** What is said of a template below its name. */
const MAX_SHOWN = 120;

export function TemplatesPage() {
  const t = useTranslations("library.template");
  const { api } = useTimos();
  const kind: Kind<Template, TemplateFields> = {
    name: "templates",
    calls: api.templates,
    fieldsOf: ({ name, body, kind: of }) => ({ name, body, kind: of }),
    titleOf: ({ name }) => name,
  };
  return (
    <LibraryPage
      kind={kind}
      detailsOf={({ kind: of, body }) => [
        t(`kinds.${of}`),
        body.replaceAll(/\s+/g, " ").trim().slice(0, MAX_SHOWN),
      ]}
      fields={(template, error) => <TemplateForm template={template} error={error} />}
      faultFields={["name", "body"]}
      read={(data) => ({
        name: textOf(data, "name"),
        // A form's lines end in CRLF; what is stored is what was typed.
        body: textOf(data, "body").replaceAll("\r\n", "\n"),
        kind: KINDS.find((each) => each === textOf(data, "kind")) ?? "entries",
      })}
    />
  );
}

function TemplateForm({ template, error }: { template: Template | null; error: unknown }) {
  const t = useTranslations("library");
  const { faultOf } = useFailure();
  return (
    <>
      <NameField chosen={template?.name} error={error} />
      <Select name="kind" label={t("template.kind")} defaultValue={template?.kind ?? "entries"}>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`template.kinds.${kind}`)}
          </option>
        ))}
      </Select>
      <TextArea
        name="body"
        label={t("template.body")}
        hint={t("template.bodyHint")}
        defaultValue={template?.body}
        rows={8}
        className="font-serif"
        fault={faultOf(error, "body")}
      />
    </>
  );
}
