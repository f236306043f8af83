import type * as z from "zod";
import { listInOrder } from "../../vault/ordered-list.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { TemplateFields, type templates } from "./contract.ts";
import { templateTable } from "./table.ts";

type Fields = z.output<typeof TemplateFields>;

/** Texts to begin with. */
export const templateKind: RecordKind<Fields, Omit<Fields, "body">> = {
  kind: "templates",
  fields: TemplateFields,
  table: templateTable,
  dayOf: null,
  searched: ({ name, body }) => ({ title: name, texts: [body] }),
  sortKey: (template) => template.name.toLowerCase(),
};

/** Templates by name, narrowed to those for one kind of record. */
export function listTemplates(
  vault: UserVault,
  { kind, ...page }: z.output<typeof templates.list.query>,
) {
  return listInOrder(vault, templateKind, {
    ...page,
    matches: (template) => kind === undefined || template.kind === kind,
  });
}
