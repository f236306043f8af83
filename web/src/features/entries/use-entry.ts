import { useSyncExternalStore } from "react";
import type { EntrySaver } from "./entry-saver.ts";
import type { SaveState } from "./save-machine.ts";

export const useEntry = (saver: EntrySaver): SaveState =>
  useSyncExternalStore(saver.subscribe, saver.getState, saver.getState);
