import { noContent, ok } from "../../http/answer.ts";
import type { RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import { listTrashed, purgeRecord } from "../../vault/trash.ts";
import type { Caller } from "../auth/authenticate.ts";
import { RECORD_KINDS, kindNamed } from "../record-kinds.ts";
import { trash } from "./contract.ts";

export const trashRoutes = (
  gates: Gates<Caller>,
  { openVault, onUnreadable }: RecordDeps<Caller>,
) =>
  routes(trash, gates, {
    list: async (asked) => {
      const vault = await openVault(asked);
      const { damaged, ...page } = await listTrashed(vault, RECORD_KINDS, asked.query);
      for (const table of new Set(damaged)) onUnreadable(vault, table);
      return ok({ ...page, ...(damaged.length === 0 ? {} : { unreadable: damaged.length }) });
    },
    restore: async (asked) => {
      const { kind, id } = asked.params;
      const { rev } = await kindNamed(kind).takeFromTrash(await openVault(asked), id);
      return ok({ kind, id, rev });
    },
    purge: async (asked) => {
      const { kind, id } = asked.params;
      await purgeRecord(await openVault(asked), kindNamed(kind), id);
      return noContent();
    },
  });
