import { describe, expect, it } from "@jest/globals";
import { isField, shortcutFor } from "./shortcut.ts";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", true>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});
const outside = { isField: false, hasSingleKeys: true };

describe("keys that work on every page", () => {
  it.each([
    [press("k", { ctrlKey: true }), "search"],
    [press("K", { metaKey: true }), "search"],
    [press("/", { ctrlKey: true }), "keys"],
  ])("with Ctrl or Cmd work in fields too: %j", (pressed, expected) => {
    expect(shortcutFor(pressed, outside)).toBe(expected);
    expect(shortcutFor(pressed, { isField: true, hasSingleKeys: false })).toBe(expected);
  });

  it.each([
    ["?", "keys"],
    ["/", "search"],
    ["n", "new-entry"],
    ["t", "/today"],
    ["c", "/calendar"],
  ])("alone work outside of fields, as long as they are wanted: %s", (key, expected) => {
    expect(shortcutFor(press(key), outside)).toBe(expected);
    expect(shortcutFor(press(key), { isField: true, hasSingleKeys: true })).toBeNull();
    expect(shortcutFor(press(key), { isField: false, hasSingleKeys: false })).toBeNull();
  });

  it.each([press("c", { ctrlKey: true }), press("k", { altKey: true, ctrlKey: true }), press("x")])(
    "leave all others alone: %j",
    (pressed) => {
      expect(shortcutFor(pressed, outside)).toBeNull();
    },
  );
});

it("a field is where keys are text", () => {
  document.body.innerHTML =
    "<input><select></select><div role='textbox'><p></p></div><button></button>";
  const at = (selector: string) => isField(document.querySelector(selector));
  expect(["input", "select", "p", "button", "body"].map(at)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
