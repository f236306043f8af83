import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { Day } from "../../contract/values.ts";

/** What prompts are about. */
export const Category = z.enum([
  "morning",
  "evening",
  "gratitude",
  "relationships",
  "work",
  "body",
  "courage",
  "grief",
  "play",
  "money",
  "future",
  "slips",
  "memory",
  "places",
  "self",
]);
export type Category = z.output<typeof Category>;

const Prompt = z.object({
  id: z
    .string()
    .describe("The same in every language")
    .meta({ examples: ["evening-4"] }),
  category: Category,
  text: z.string(),
});
export type Prompt = z.output<typeof Prompt>;

export const prompts = endpoints({
  today: {
    method: "GET",
    path: "/api/prompts/today",
    summary: "Something to write about: the prompt of the day, your own, none twice in a year",
    auth: "user",
    permission: "journal:read",
    query: z.strictObject({
      category: Category.optional().describe("Only about this; comes round after fewer days"),
      skip: z.coerce
        .number()
        .int()
        .min(0)
        .max(1000)
        .default(0)
        .describe("How many were not wanted today: 1 for another one"),
    }),
    responses: { 200: z.object({ day: Day, prompt: Prompt }) },
    conditional: true,
    errors: ["invalid_request"],
  },
});
