import type { contract, Entry } from "@timos/api/contract";
import type { Client } from "@/lib/api.ts";
import type { RecordSaver, RecordStore } from "@/lib/saver/record-saver.ts";
import type { SaveState } from "@/lib/saver/save-machine.ts";
import { type Draft, storedOf } from "./draft.ts";

export type EntrySaver = RecordSaver<Draft>;
export type EntryState = SaveState<Draft>;

/** How entries are written, and what is there when that fails. */
export function entryStore(
  api: Client<typeof contract>,
): Pick<RecordStore<Draft>, "put" | "currentOf" | "now"> {
  return {
    put: async (id, draft, rev, isLeaving) =>
      storedOf(
        await api.entries.put({
          params: { id },
          body: { ...draft, pillarIds: [...draft.pillarIds], tags: [...draft.tags] },
          guard: rev === null ? "absent" : { rev },
          keepalive: isLeaving,
        }),
      ),
    currentOf: ({ current }) =>
      current === undefined || current === null
        ? null
        : // The API's own record, as every other answer of it.
          storedOf(current as Entry),
    now: Date.now,
  };
}
