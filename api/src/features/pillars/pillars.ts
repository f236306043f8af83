import type * as z from "zod";
import { listInOrder } from "../../vault/ordered-list.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { PillarFields, type pillars } from "./contract.ts";
import { pillarTable } from "./table.ts";

type Fields = z.output<typeof PillarFields>;

/** What somebody's life stands on, in an order of their own. */
export const pillarKind: RecordKind<Fields, Fields> = {
  kind: "pillars",
  fields: PillarFields,
  table: pillarTable,
  dayOf: null,
  searched: ({ name, description, icon }) => ({ title: name, texts: [description, icon] }),
  sortKey: (pillar) => `${String(pillar.position).padStart(7, "0")} ${pillar.createdAt}`,
};

export const listPillars = (vault: UserVault, page: z.output<typeof pillars.list.query>) =>
  listInOrder(vault, pillarKind, page);
