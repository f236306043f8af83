import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { KindName } from "../../contract/record.ts";
import { Day, Id, Unreadable, text } from "../../contract/values.ts";

const Q = text(4096).describe(
  'What to look for: words are found by their beginnings, and all have to be there. OR between two means either, -word leaves out what has that word, "a phrase" stands as it is written, word~ is also found when it is misspelt. A word of 4 letters or more that is nowhere is looked for as if it had a ~.',
);

/** What both ways to search take, besides how they say it. */
const Filters = {
  from: Day.optional().describe("Only what is of this day or later; what is of no day is left out"),
  to: Day.optional().describe("Only what is of this day or earlier"),
  tag: text(400).optional().describe("Only entries with this tag"),
  pillarId: Id.optional().describe("Only what is about this pillar"),
};

const Kinds = z.array(KindName).max(KindName.options.length);
const Limit = z.int().min(1).max(100);
const DEFAULT_LIMIT = 20;

const SearchQuery = z.strictObject({
  q: Q,
  ...Filters,
  kind: z
    .union([KindName.transform((kind) => [kind]), Kinds])
    .optional()
    .describe("Only these kinds; given once for each"),
  limit: z.coerce.number().pipe(Limit).default(DEFAULT_LIMIT),
});

const SearchBody = z
  .strictObject({
    q: Q,
    ...Filters,
    kind: Kinds.optional().describe("Only these kinds"),
    limit: Limit.default(DEFAULT_LIMIT),
  })
  .meta({
    examples: [
      { q: "rain" },
      {
        q: '"long walk" OR run -treadmill knee~',
        from: "2026-01-01",
        kind: ["entries", "daily-recaps"],
        limit: 10,
      },
    ],
  });
export type SearchBody = z.output<typeof SearchBody>;

const Found = z.object({
  kind: KindName,
  id: Id,
  day: Day.nullable().describe("null for kinds that are of no day; of a week it is its Monday"),
  title: z.string().describe("Empty where it has none"),
  snippet: z
    .array(z.object({ text: z.string(), match: z.boolean() }))
    .describe(
      "A part of a text of it, as it is written, in pieces: those with match are what was looked for. Plain text, not HTML",
    ),
  score: z.number().describe("How well it fits: only good for comparing those of one answer"),
});
export type Found = z.output<typeof Found>;

const SearchAnswer = z.object({
  items: z.array(Found).describe("What fits best, first"),
  total: z.int().describe("How many there are in all"),
  unreadable: Unreadable,
});
export type SearchAnswer = z.output<typeof SearchAnswer>;

/** Of both together, for everybody at one address: more than people type, and less than keeps the process at it. */
const LIMIT = { points: 600, seconds: 60 };

export const search = endpoints({
  find: {
    method: "GET",
    path: "/api/search",
    summary: "Search everything that you wrote; proxies may log the address, where POST has a body",
    auth: "user",
    permission: "journal:read",
    query: SearchQuery,
    responses: { 200: SearchAnswer },
    limit: LIMIT,
    errors: ["invalid_request", "rate_limited"],
  },
  findByBody: {
    method: "POST",
    path: "/api/search",
    summary: "Search everything that you wrote, by what no log of a proxy has",
    auth: "user",
    permission: "journal:read",
    body: SearchBody,
    responses: { 200: SearchAnswer },
    limit: LIMIT,
    errors: ["invalid_request", "rate_limited"],
  },
});
