import type { contract } from "@timos/api/contract";
import type { Client } from "@/lib/api.ts";
import type { Reader } from "@/lib/shapes.ts";
import { type Drafts, unsentAs } from "./drafts.ts";
import { createRecordSaver, type RecordSaver, type RecordStore } from "./record-saver.ts";
import {
  keptRecord,
  newRecord,
  type SaveState,
  type Stored,
  storedRecord,
} from "./save-machine.ts";
import type { Savers } from "./savers.ts";

type Api = Client<typeof contract>;

/** What is written of a record that goes by a day, or a week. */
export interface Writing<F> {
  readonly draft: F;
  /** The revision it goes on from, null for one that is not there yet: the guard of the request. */
  readonly rev: number | null;
  /** The id of the one that is there, as `read` and `write` told it; null when there is none. */
  readonly id: string | null;
  /** To be sent with `keepalive`. */
  readonly isLeaving: boolean;
}

/** A form that saves by itself: a kind of record of which there is one for each day, or week. */
export interface RecordForm<F extends object> {
  /** Names it in what this device keeps, so it is never changed: `feels-morning`, `daily-recaps`. */
  readonly kind: string;
  readonly blank: F;
  /** Reads what was kept, with all that can be typed, whether the API would take it or not. */
  readonly fields: Reader<F>;
  /** Whether two drafts would be stored as the same, where that is not the same value (as with keys of list items). */
  readonly same?: (one: F, other: F) => boolean;
  /** Writes it, guarded by `rev`. Called again with the same draft when no answer came. */
  readonly write: (api: Api, key: string, writing: Writing<F>) => Promise<Stored<F>>;
  /** What the server has of it, null for nothing. Called after a write that found another state there. */
  readonly read: (api: Api, key: string) => Promise<Stored<F> | null>;
}

export type RecordForms = ReturnType<typeof createRecordForms>;

interface Surroundings {
  readonly api: Api;
  readonly savers: Savers;
  readonly drafts: Drafts | null;
  readonly noteSaved: (kind: string) => void;
}

interface Open<F> {
  readonly saver: RecordSaver<F>;
  readonly learn: (stored: Stored<F> | null) => void;
}

/** The forms that were opened in this tab, each by its kind and key. They outlive the views that show them. */
export function createRecordForms({ api, savers, drafts, noteSaved }: Surroundings) {
  const open = new Map<string, unknown>();

  function find<F extends object>({ kind }: RecordForm<F>, key: string): Open<F> | undefined {
    // What is under a kind was put there with the form of that kind.
    return open.get(`${kind}/${key}`) as Open<F> | undefined;
  }

  function add<F extends object>(form: RecordForm<F>, key: string, state: SaveState<F>): Open<F> {
    let id: string | null = null;
    const learn = (stored: Stored<F> | null) => void (id = stored?.id ?? id);
    const read = async () => {
      const stored = await form.read(api, key);
      learn(stored);
      return stored;
    };
    const store: RecordStore<F> = {
      put: async (_, draft, rev, isLeaving) => {
        if (rev !== null && id === null) await read();
        const stored = await form.write(api, key, { draft, rev, id, isLeaving });
        learn(stored);
        return stored;
      },
      currentOf: async (_, mine) => {
        const current = await read();
        const ours = current && mine.find((draft) => form.same?.(draft, current.fields));
        return current && ours ? { ...current, fields: ours } : current;
      },
      ...(drafts && { keep: (_, unsent) => drafts.keep(form.kind, key, unsent) }),
      noteSaved: () => noteSaved(form.kind),
      now: Date.now,
    };
    const opened: Open<F> = {
      saver: createRecordSaver(`${form.kind}/${key}`, state, store),
      learn,
    };
    open.set(opened.saver.id, opened);
    savers.add(opened.saver);
    return opened;
  }

  /** The saver of one; `found` is what the server was last seen to have of it. */
  function saverOf<F extends object>(
    form: RecordForm<F>,
    key: string,
    found: Stored<F> | null,
  ): RecordSaver<F> {
    const state = found === null ? newRecord(form.blank) : storedRecord(found);
    const { saver, learn } = find(form, key) ?? add(form, key, state);
    learn(found);
    return saver;
  }

  /** Goes on with what tabs left behind that are no more, whether the form is shown or not. */
  function goOn<F extends object>(form: RecordForm<F>) {
    for (const left of drafts?.left() ?? []) {
      // A second one of the same day waits until the first is saved, and the page is opened anew.
      if (left.kind !== form.kind || find(form, left.id) !== undefined) continue;
      const unsent = unsentAs(form.fields, left.unsent);
      if (unsent === null) continue;
      left.claim(left.id);
      add(form, left.id, keptRecord(unsent));
    }
  }

  return { saverOf, goOn };
}
