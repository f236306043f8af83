import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Writable } from "node:stream";
import { syncFolder } from "../launcher/files.ts";
import { dayOf, markdownOfDay } from "./markdown.ts";
import type { OpenedRow } from "./rows.ts";

export type Format = "json" | "markdown";

/** Where opened rows go. */
export interface Output {
  /** Resolves when there is room for more. */
  readonly write: (row: OpenedRow) => Promise<void> | undefined;
  /**
   * Completes what was written and returns the folder it is in, if any. That keeps its name of an unfinished one when
   * the input was not whole.
   */
  readonly finish: (isWhole: boolean) => string | undefined;
  /** The folder's name until it is finished. */
  readonly part: string | undefined;
}

/** Rows as JSON Lines: one object a line, its keys in this order. */
export function jsonLine({ table, owner, id, rev, purgeAfter, fields, unopened }: OpenedRow) {
  const shut = unopened.length === 0 ? {} : { unopened: unopened.map(({ box }) => box) };
  return `${JSON.stringify({ table, owner, id, rev, purgeAfter, fields, ...shut })}\n`;
}

/** Writes JSON Lines to a stream, as fast as its reader takes them. */
export function streamOutput(stream: Writable): Output {
  return {
    write: (row) => {
      if (stream.write(jsonLine(row))) return undefined;
      return new Promise((done) => stream.once("drain", done));
    },
    finish: () => undefined,
    part: undefined,
  };
}

const HELD_CHARACTERS = 4 * 1024 * 1024;
/** What a day's entries wait in until all of them are there and can be put in order. */
const UNSORTED = ".unsorted";

/**
 * Writes to a new folder: one folder an owner, in it one file of JSON Lines a table; as Markdown, one file a day
 * besides. Until all of it is there the folder's name ends in `.part`. Only its owner can enter it.
 *
 * @throws when the folder is there already: nothing is ever written over.
 */
export function folderOutput(folder: string, format: Format): Output {
  const target = resolve(folder);
  const part = `${target}.part`;
  if (existsSync(target)) throw new Error(`${target} is there already. Name a folder that is not.`);
  if (existsSync(part)) {
    throw new Error(`${part} is there already, from a run that did not end. Move it away first.`);
  }
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  mkdirSync(part, { mode: 0o700 });

  const held = new Map<string, string[]>();
  let heldCharacters = 0;
  const flush = () => {
    for (const [file, lines] of held) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      appendFileSync(file, lines.join(""), { mode: 0o600 });
    }
    held.clear();
    heldCharacters = 0;
  };
  return {
    write: (row) => {
      const day = format === "markdown" ? dayOf(row) : undefined;
      const name = day === undefined ? `${row.table}.jsonl` : `${day}${UNSORTED}`;
      const file = join(part, row.owner, name);
      const line = jsonLine(row);
      const lines = held.get(file);
      if (lines === undefined) held.set(file, [line]);
      else lines.push(line);
      heldCharacters += line.length;
      if (heldCharacters > HELD_CHARACTERS) flush();
      return undefined;
    },
    finish: (isWhole) => {
      flush();
      for (const owner of readdirSync(part)) sortDays(join(part, owner));
      syncFolder(part);
      if (isWhole) renameSync(part, target);
      return isWhole ? target : part;
    },
    part,
  };
}

function sortDays(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(UNSORTED))) {
    const file = join(folder, name);
    const day = name.slice(0, -UNSORTED.length);
    const text = markdownOfDay(day, readFileSync(file, "utf8"));
    appendFileSync(join(folder, `${day}.md`), text, { mode: 0o600, flag: "ax" });
    rmSync(file);
  }
}
