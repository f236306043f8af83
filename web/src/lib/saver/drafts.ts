import { listOf, orNull, type Reader, shapeOf, whole } from "@/lib/shapes.ts";
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
export function unsentAs<F>(fields: Reader<F>, unsent: unknown): Unsent<F> | null {
  const read = shapeOf<Unsent<F>>({
    draft: fields,
    rev: orNull(whole(0, Number.MAX_SAFE_INTEGER)),
    unsure: listOf(fields),
  });
  return read(unsent) ?? null;
}
