import { describe, expect, it } from "@jest/globals";
import { bulletOf, continuation, shifted, toggled, withoutBullet } from "./list-lines.ts";

/** The line, with | for the cursor, after Enter. */
function afterEnter(marked: string): string {
  const column = marked.indexOf("|");
  const line = marked.replace("|", "");
  const edit = continuation(line, column) ?? { from: column, to: column, insert: "\n" };
  return line.slice(0, edit.from) + edit.insert + line.slice(edit.to);
}

describe("Enter", () => {
  it.each([
    ["- milk|", "- milk\n- "],
    ["  * milk|", "  * milk\n  * "],
    ["9. nine|", "9. nine\n10. "],
    ["1) one| two", "1) one\n2)  two"],
    ["- [x] done|", "- [x] done\n- [ ] "],
    ["> said|", "> said\n> "],
    ["> - said|", "> - said\n> - "],
    ["- |milk", "- \n- milk"],
    ["- trailing  |", "- trailing  \n- "],
  ])("goes on with what the line began: %j", (before, after) => {
    expect(afterEnter(before)).toBe(after);
  });

  it.each([
    ["- |", ""],
    ["  12. |", ""],
    ["- [ ] |", ""],
    ["> |", ""],
    ["> - |", "> "],
  ])("ends it where nothing was written: %j", (before, after) => {
    expect(afterEnter(before)).toBe(after);
  });

  it.each([
    ["plain|", "plain\n"],
    ["|- milk", "\n- milk"],
    ["-no item|", "-no item\n"],
    ["2026. It was|", "2026. It was\n2027. "],
    ["3.5 km|", "3.5 km\n"],
    ["  leading|", "  leading\n"],
  ])("is a new line anywhere else: %j", (before, after) => {
    expect(afterEnter(before)).toBe(after);
  });
});

/** The text after its lines `first` to `last` were moved. */
function afterShift(text: string, first: number, last: number, direction: "in" | "out") {
  const lines = text.split("\n");
  const edits = shifted(lines, first, last, direction);
  if (edits === null) return null;
  return lines
    .map((line, number) => {
      const edit = edits.get(number);
      return edit ? line.slice(0, edit.from) + edit.insert + line.slice(edit.to) : line;
    })
    .join("\n");
}

describe("Tab and Shift-Tab", () => {
  it("moves an item below the one before, by the width of its mark", () => {
    expect(afterShift("- a\n- b", 1, 1, "in")).toBe("- a\n  - b");
    expect(afterShift("10. a\n11. b", 1, 1, "in")).toBe("10. a\n    11. b");
  });

  it("takes along what hangs below, and nothing else", () => {
    const text = "- a\n- b\n  - c\n    more\n- d";
    const moved = "- a\n  - b\n    - c\n      more\n- d";
    expect(afterShift(text, 1, 1, "in")).toBe(moved);
    expect(afterShift(moved, 1, 1, "out")).toBe(text);
  });

  it("does nothing to a first item, or to one at the edge", () => {
    expect(afterShift("- a", 0, 0, "in")).toBe("- a");
    expect(afterShift("- a\n- b", 1, 1, "out")).toBe("- a\n- b");
  });

  it("goes out by one level, also after an empty line, and inside a quote", () => {
    expect(afterShift("- a\n\n  - b", 2, 2, "out")).toBe("- a\n\n- b");
    expect(afterShift("> - a\n> - b", 1, 1, "in")).toBe("> - a\n>   - b");
  });

  it("is not for lines that are no items, so that Tab leads on", () => {
    expect(afterShift("words", 0, 0, "in")).toBeNull();
    expect(afterShift("", 0, 0, "out")).toBeNull();
  });
});

it("a task is ticked and unticked, and only a task", () => {
  const after = (line: string) => {
    const edit = toggled(line);
    return edit && line.slice(0, edit.from) + edit.insert + line.slice(edit.to);
  };
  expect(after("- [ ] call")).toBe("- [x] call");
  expect(after("> 1. [X] call")).toBe("> 1. [ ] call");
  expect(after("- call [ ]")).toBeNull();
});

it("Backspace behind the marks takes them away at once", () => {
  expect(withoutBullet("  - [ ] x", 8)).toEqual({ from: 0, to: 8, insert: "" });
  expect(withoutBullet("- x", 3)).toBeNull();
  expect(withoutBullet("word", 0)).toBeNull();
});

it("says where the mark of an item is", () => {
  const widthOf = (line: string) => {
    const { from, to } = bulletOf(line);
    return to - from;
  };
  expect(["- a", "  1. b", "> - c", "- [ ] d", "text", "---"].map(widthOf)).toEqual([
    2, 5, 2, 6, 0, 0,
  ]);
});
