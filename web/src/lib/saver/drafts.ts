import * as z from "zod";
import type { Unsent } from "./save-machine.ts";

/** Something a tab left behind that is no more. */
export interface LeftDraft {
  readonly kind: string;
  readonly id: string;
  /** As it was kept, perhaps by an older version of these pages; `unsentAs` reads it. */
  readonly unsent: unknown;
  /** Goes on with it under an id: what is kept under that from now on takes its place. */
  readonly claim: (id: string) => void;
}

/** Where this device keeps what the server does not have yet. */
export interface Drafts {
  readonly keep: (kind: string, id: string, unsent: Unsent<object> | null) => Promise<boolean>;
  /** What was left behind and is not claimed yet. */
  readonly left: () => readonly LeftDraft[];
}

/** Reads what was kept of a record with these fields; null when it is of another shape, and stays where it is. */
export function unsentAs<F>(fields: z.ZodType<F>, unsent: unknown): Unsent<F> | null {
  const kept = z.object({
    draft: fields,
    rev: z.int().nullable(),
    unsure: z.array(fields),
  });
  return kept.safeParse(unsent).data ?? null;
}
