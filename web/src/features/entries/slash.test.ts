import { describe, expect, it } from "@jest/globals";
import { type SlashAction, type SlashItem, slashEdit, slashMatches, slashQuery } from "./slash.ts";

describe("a slash", () => {
  it.each([
    ["/", { at: 0, query: "" }],
    ["/head", { at: 0, query: "head" }],
    ["then /", { at: 5, query: "" }],
    ["\t/zeit", { at: 1, query: "zeit" }],
    ["  /Über", { at: 2, query: "Über" }],
  ])("asks for something at the start or after a space: %j", (before, expected) => {
    expect(slashQuery(before)).toEqual(expected);
  });

  it.each(["and/or", "he/she", "3/4", "//", "/ ", "/usr/", "https://", "(/", "a /b c", "km/h"])(
    "is a slash in %j",
    (before) => {
      expect(slashQuery(before)).toBeNull();
    },
  );
});

const item = (id: string, name: string, words = ""): SlashItem => ({
  id,
  name,
  words,
  sign: "",
  does: { is: "line", mark: "" },
});

it("finds by the beginnings of words, names before others, without accents", () => {
  const items = [
    item("todo", "To-do", "task check"),
    item("template", "Template: Café talk"),
    item("quote", "Quote", "said"),
    item("text", "Plain text", "cafe"),
  ];
  const found = (query: string) => slashMatches(items, query).map(({ id }) => id);
  expect(found("")).toEqual(["todo", "template", "quote", "text"]);
  expect(found("t")).toEqual(["todo", "template", "text"]);
  expect(found("cafe")).toEqual(["template", "text"]);
  expect(found("té")).toEqual(["template", "text"]);
  expect(found("ask")).toEqual([]);
});

describe("what is chosen", () => {
  const divider: SlashAction = { is: "block", text: "---\n", caret: 4 };
  const after = (line: string, action: SlashAction, isAfterText = false) => {
    const at = line.lastIndexOf("/");
    const to = !line.includes(" ", at) ? line.length : line.indexOf(" ", at);
    const edit = slashEdit(line, { at, to }, action, isAfterText);
    const text = line.slice(0, edit.from) + edit.insert + line.slice(edit.to);
    return `${text.slice(0, edit.caret)}|${text.slice(edit.caret)}`;
  };

  it.each([
    ["/head", "# |"],
    ["A day /head", "# A day |"],
    ["A /head day", "# A | day"],
    ["- [ ] A day /head", "# A day |"],
    ["## A day /head", "# A day |"],
    ["> said /head", "> # said |"],
  ])("stands before the words of the line: %j", (line, expected) => {
    expect(after(line, { is: "line", mark: "# " })).toBe(expected);
  });

  it("goes where the slash was", () => {
    const time: SlashAction = { is: "text", text: () => "14:32" };
    expect(after("At /time we left", time)).toBe("At 14:32| we left");
  });

  it("stands on lines of its own, and makes no heading of what is above", () => {
    expect(after("/div", divider)).toBe("---\n|");
    expect(after("/div", divider, true)).toBe("\n---\n|");
    expect(after("Enough. /div", divider)).toBe("Enough.\n\n---\n|");
    expect(after("One /div two", divider)).toBe("One\n\n---\n|\ntwo");
  });
});
