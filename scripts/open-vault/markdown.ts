import { z } from "zod";
import type { OpenedRow } from "./rows.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The fields of an entry that Markdown has a place for. Whatever else is in it becomes a line of the list. */
const Entry = z.looseObject({
  day: z.string(),
  time: z.string().nullish(),
  title: z.string().nullish(),
  body: z.string().nullish(),
});
const Line = z.object({
  id: z.string(),
  rev: z.number(),
  purgeAfter: z.string().nullable(),
  fields: Entry,
  unopened: z.string().array().default([]),
});
type Line = z.infer<typeof Line>;

/** The day that a row belongs to: the `day` among its fields. Undefined for what belongs to none. */
export function dayOf({ fields }: OpenedRow): string | undefined {
  const entry = Entry.safeParse(fields);
  return entry.success && DAY.test(entry.data.day) ? entry.data.day : undefined;
}

/** The entries of a day as Markdown, by time of day; those without one come first. `lines` are JSON Lines. */
export function markdownOfDay(day: string, lines: string): string {
  const entries = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Line.parse(JSON.parse(line)));
  const key = ({ id, fields }: Line) => `${fields.time ?? ""} ${id}`;
  entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return [`# ${day}\n`, ...entries.map(entryText)].join("\n");
}

function entryText({ id, rev, purgeAfter, fields, unopened }: Line): string {
  const { day: _day, time, title, body, ...others } = fields;
  const heading = [time, title?.replace(/\s+/g, " ")].filter((part) => part).join(" · ");
  const facts = [
    ...(purgeAfter === null ? [] : [`- in the trash, to be deleted after ${purgeAfter}`]),
    ...unopened.map((box) => `- **the box \`${box}\` did not open**`),
    ...Object.entries(others).map(([name, value]) => `- ${name}: ${JSON.stringify(value)}`),
    `- id: ${id}, revision ${rev}`,
  ];
  return [`## ${heading === "" ? "Untitled" : heading}\n`, ...facts, "", body ?? "", ""].join("\n");
}
