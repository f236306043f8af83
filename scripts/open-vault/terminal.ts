import type { Counts } from "./open.ts";

const REDRAW_MS = 250;
/** Names come from dumps, and a terminal obeys what is written to it. */
const CONTROLS = /[^\P{C}\n]/gu;

/** Lines for the one at the terminal, on stderr, and under them how far it is, where stderr is a terminal. */
export interface Terminal {
  readonly say: (line: string) => void;
  /** @param progress - How far the input is, in words. */
  readonly show: (counts: Counts, progress: () => string) => void;
  readonly clear: () => void;
}

export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  const began = performance.now();
  let drawnAt = began;
  let isDrawn = false;
  const clear = () => {
    if (isDrawn) stream.write("\r\x1b[K");
    isDrawn = false;
  };
  return {
    clear,
    say: (line) => {
      clear();
      stream.write(`${line.replace(CONTROLS, "?")}\n`);
    },
    show: ({ opened, unopened }, progress) => {
      const now = performance.now();
      if (!stream.isTTY || now - drawnAt < REDRAW_MS) return;
      clear();
      const rows = opened + unopened;
      const rate = Math.round((rows * 1000) / (now - began)).toLocaleString("en");
      stream.write(`${progress()} · ${rows.toLocaleString("en")} rows · ${rate} rows/s`);
      drawnAt = now;
      isDrawn = true;
    },
  };
}
