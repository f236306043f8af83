import * as z from "zod";
import { recordEndpoints } from "../../contract/record.ts";
import { name, text } from "../../contract/values.ts";

/** What a text can be a template for. */
const TemplateKind = z.enum(["entries", "feels", "daily-recaps", "weekly-recaps"]);

export const TemplateFields = z
  .strictObject({
    name: name(),
    body: text(256 * 1024)
      .default("")
      .describe("Markdown"),
    kind: TemplateKind.default("entries"),
  })
  .meta({
    examples: [
      {
        name: "Three lines",
        body: "**What happened**\n\n**What I leave here**\n",
        kind: "entries",
      },
    ],
  });

export const templates = recordEndpoints(
  "templates",
  TemplateFields,
  z.object({ kind: TemplateKind.optional() }),
);
