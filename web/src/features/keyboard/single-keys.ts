import { useSyncExternalStore } from "react";

const KEY = "timos.single-keys";
const listeners = new Set<() => void>();

function areOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    // Storage is refused: they are as they were made.
    return true;
  }
}

export function setSingleKeys(isOn: boolean) {
  try {
    if (isOn) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "off");
  } catch {
    // Storage is refused: nothing is remembered.
  }
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Whether keys without Ctrl or Cmd do something on this device. */
export const useSingleKeys = () => useSyncExternalStore(subscribe, areOn, () => true);
