import { useSyncExternalStore } from "react";
import type { RecordSaver } from "./record-saver.ts";
import type { SaveState } from "./save-machine.ts";

/** Where the record of a saver stands, drawn anew with each change. */
export const useSaver = <F>(saver: RecordSaver<F>): SaveState<F> =>
  useSyncExternalStore(saver.subscribe, saver.getState, saver.getState);
