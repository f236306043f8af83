import { ok } from "../../http/answer.ts";
import { routes, type Gates } from "../../http/routes.ts";
import type { Caller } from "../auth/authenticate.ts";
import { todayOf } from "../days/days.ts";
import { prompts } from "./contract.ts";
import { promptOf } from "./prompts.ts";

export const promptRoutes = (gates: Gates<Caller>, { clock }: { readonly clock: () => Date }) =>
  routes(prompts, gates, {
    today: ({ caller: { user }, query }) => {
      const day = todayOf(user, clock());
      const prompt = promptOf({ userId: user.id, locale: user.locale, day, ...query });
      return Promise.resolve(ok({ day, prompt }));
    },
  });
