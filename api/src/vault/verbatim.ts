import { bytesToUuid } from "../lib/ids.ts";
import type { StoredRow } from "./table.ts";

/** A record in JSON as its boxes hold it, to be answered without being read or printed again. */
export class Verbatim {
  readonly text: string;
  readonly rev: number;

  /** @param content - The JSON of its fields and times, an object with some. */
  constructor(content: string, { id, rev }: Pick<StoredRow, "id" | "rev">) {
    this.text = `{"id":"${bytesToUuid(id)}","rev":${rev},${content.slice(1)}`;
    this.rev = rev;
  }
}
