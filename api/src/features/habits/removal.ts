import { archivable } from "../../vault/archive.ts";
import { someRecord } from "../../vault/ordered-list.ts";
import { checkKind } from "../habit-checks/habit-checks.ts";
import { habitKind } from "./habit-kind.ts";

/** How habits are removed: checks name them. */
export const habitRemoval = archivable(habitKind, (vault, id) =>
  someRecord(vault, checkKind, ({ habitId }) => habitId === id),
);
