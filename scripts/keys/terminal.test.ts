import { describe, expect, it } from "@jest/globals";
import { meter } from "./terminal.ts";

function shownAt(steps: readonly (readonly [seconds: number, done: number | "waits"])[]): string[] {
  const lines: string[] = [];
  let seconds = 0;
  const output = {
    isTTY: true as const,
    write: (text: string | Uint8Array) => {
      lines.push(String(text));
      return true;
    },
  };
  const progress = meter(output, () => seconds * 1000);
  for (const [at, done] of steps) {
    seconds = at;
    if (done === "waits") progress.wait("waiting");
    else progress.show(done, 1000, "re-wrapped");
  }
  return lines;
}

describe("the progress of long work", () => {
  it("has a rate and the time that is left", () => {
    expect(shownAt([[10, 250]]).at(-1)).toMatch(/250 of 1,000 · 25 % · 25\/s · 30 s left$/);
  });

  it("does not count the time in which nothing was to be done", () => {
    const lines = shownAt([
      [10, 250],
      [10, "waits"],
      [85, 250],
      [90, 375],
    ]);
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/25\/s · 30 s left$/),
      expect.stringMatching(/25\/s · 25 s left$/),
    ]);
  });

  it.each([true, false])("ends with what was done last, on a terminal: %p", (isTTY) => {
    const lines: string[] = [];
    const write = (text: string | Uint8Array) => {
      lines.push(String(text));
      return true;
    };
    const output = { isTTY, write } as Parameters<typeof meter>[0];
    let seconds = 0;
    const progress = meter(output, () => seconds * 1000);
    progress.show(0, 1000, "re-wrapped");
    seconds = 0.05;
    progress.show(1000, 1000, "re-wrapped");
    progress.end();
    progress.end();
    expect(lines.join("")).toMatch(/re-wrapped 1,000 of 1,000 · 100 % · 20,000\/s\n$/);
  });
});
