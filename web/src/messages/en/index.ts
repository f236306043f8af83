import { auth } from "./auth.ts";
import { charts } from "./charts.ts";
import { common } from "./common.ts";
import { dayFlow } from "./day-flow.ts";
import { erased } from "./erased.ts";
import { events } from "./events.ts";
import { failures } from "./failures.ts";
import { fields } from "./fields.ts";
import { insights } from "./insights.ts";
import { join } from "./join.ts";
import { journal } from "./journal.ts";
import { keeping } from "./keeping.ts";
import { library } from "./library.ts";
import { lists } from "./lists.ts";
import { platform } from "./platform.ts";
import { proof } from "./proof.ts";
import { search } from "./search.ts";
import { settings } from "./settings.ts";
import { tenant } from "./tenant.ts";
import { welcome } from "./welcome.ts";
import { writing } from "./writing.ts";

export const en = {
  common,
  failures,
  fields,
  lists,
  auth,
  join,
  welcome,
  journal,
  writing,
  search,
  library,
  keeping,
  dayFlow,
  proof,
  settings,
  erased,
  events,
  tenant,
  platform,
  charts,
  insights,
};
