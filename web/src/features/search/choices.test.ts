import { expect, it } from "@jest/globals";
import { Search } from "lucide-react";
import { type Command, commandsLike } from "./choices.ts";

const command = (id: string, name: string, words = ""): Command => ({
  id,
  name,
  words,
  Sign: Search,
  run: () => undefined,
});

it.each([
  ["", []],
  ["ca", ["calendar"]],
  ["CÀL", ["calendar"]],
  ["month", ["calendar"]],
  ["n", ["new", "dark"]],
  ["dark app", ["dark"]],
  ["alendar", []],
  ["kingfisher", []],
])("commands like %j", (typed, expected) => {
  const all = [
    command("dark", "Dark appearance", "theme night"),
    command("calendar", "Calendar", "month"),
    command("new", "New entry", "write"),
  ];
  expect(commandsLike(all, typed).map(({ id }) => id)).toEqual(expected);
});
