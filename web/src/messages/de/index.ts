import { auth } from "./auth.ts";
import { common } from "./common.ts";
import { failures } from "./failures.ts";
import { fields } from "./fields.ts";
import { join } from "./join.ts";
import { journal } from "./journal.ts";
import { welcome } from "./welcome.ts";

export const de = { common, failures, fields, auth, join, welcome, journal };
