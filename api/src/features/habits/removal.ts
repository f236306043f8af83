import { archivable, naming } from "../../vault/archive.ts";
import { checkKind } from "../habit-checks/habit-checks.ts";
import { habitKind } from "./habit-kind.ts";

/** How habits are removed: checks name them. */
export const habitRemoval = archivable(habitKind, [naming(checkKind, ({ habitId }) => [habitId])]);
