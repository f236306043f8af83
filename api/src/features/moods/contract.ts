import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { recordEndpoints } from "../../contract/record.ts";
import { Id, Instant, Unreadable, name, pageOf, text } from "../../contract/values.ts";

export const MoodFields = z
  .strictObject({
    name: name(),
    emoji: text(64).default(""),
    valence: z.int().min(-2).max(2).describe("From very unpleasant to very pleasant"),
    archived: z.boolean().default(false),
  })
  .meta({ examples: [{ name: "Scattered", emoji: "🪁", valence: -1, archived: false }] });

const protocol = recordEndpoints("moods", MoodFields, z.object({}));

/** A mood of one's own, or one that everybody has. */
const ListedMood = z.object({
  ...MoodFields.shape,
  id: Id,
  system: z.boolean().describe("Whether everybody has it; PUT under its id changes it for oneself"),
  rev: z.int().min(0).describe("0 for one that everybody has, as it is"),
  createdAt: Instant.nullable(),
  updatedAt: Instant.nullable(),
});

export const moods = endpoints({
  ...protocol,
  list: {
    ...protocol.list,
    summary: "List moods: those that everybody has, then one's own by name",
    responses: { 200: pageOf(ListedMood).extend({ unreadable: Unreadable }) },
  },
  remove: {
    ...protocol.remove,
    summary:
      "Move a mood to the trash for 30 days, or archive it when logs or entries refer to it; one that everybody has is as it was",
  },
});
