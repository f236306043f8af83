import { AppError } from "../../contract/errors.ts";
import { ok } from "../../http/answer.ts";
import type { Asked, RecordDeps } from "../../http/record-routes.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { todayOf } from "../days/days.ts";
import { search as endpoints, type SearchBody } from "./contract.ts";
import type { KeptTexts } from "./kept-texts.ts";
import { QueryError } from "./query.ts";
import { search } from "./search.ts";

export function searchRoutes(
  gates: Gates<Caller>,
  deps: RecordDeps<Caller> & { readonly texts: KeptTexts },
) {
  const { openVault, clock, onUnreadable, texts } = deps;
  const find = async (asked: Asked<Caller>, query: SearchBody, path: string) => {
    const { user, sessionId } = asked.caller;
    const vault = await openVault(asked);
    const today = todayOf(user, clock());
    try {
      const { damaged, ...answer } = await texts.use(user.id, sessionId, (use) =>
        search(vault, use, query, today),
      );
      for (const table of new Set(damaged)) onUnreadable(vault, table);
      return ok({ ...answer, ...(damaged.length === 0 ? {} : { unreadable: damaged.length }) });
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      const errors = [{ path: `${path}.q`, message: error.message }];
      throw new AppError("invalid_request", { errors });
    }
  };
  return routes(endpoints, gates, {
    find: (asked) => find(asked, asked.query, "query"),
    findByBody: (asked) => find(asked, asked.body, "body"),
  });
}
