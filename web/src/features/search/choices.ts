import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { plainText } from "@/lib/plain-text.ts";

/** Something that can be chosen in the palette. */
export interface Choice {
  readonly id: string;
  readonly content: ReactNode;
  readonly run: () => void;
}

/** Something that can be chosen by its name. */
export interface Command {
  readonly id: string;
  readonly name: string;
  /** Other words that find it. */
  readonly words: string;
  readonly Sign: LucideIcon;
  readonly keys?: string;
  readonly run: () => void;
}

/** Commands of which some word begins with what is typed, for each word of it; those that are called so come first. */
export function commandsLike(commands: readonly Command[], typed: string): Command[] {
  const wanted = plainText(typed).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const wordsOf = (text: string) => plainText(text).split(/[^\p{L}\p{N}]+/u);
  const hasAll = (text: string) =>
    wanted.every((start) => wordsOf(text).some((word) => word.startsWith(start)));
  const byName = commands.filter(({ name }) => hasAll(name));
  const byWords = commands.filter(
    (command) => !byName.includes(command) && hasAll(`${command.name} ${command.words}`),
  );
  return [...byName, ...byWords];
}
