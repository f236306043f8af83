import * as z from "zod";
import { endpoints } from "../../contract/endpoint.ts";
import { KindName } from "../../contract/record.ts";
import { Instant } from "../../contract/values.ts";

const VaultStatus = z.object({
  keys: z
    .array(
      z.object({
        version: z.int(),
        state: z.enum(["pending", "active", "decrypt_only", "destroyed"]),
        createdAt: Instant,
        mekProvider: z
          .string()
          .nullable()
          .describe("Who holds the master key that wraps it, such as local; null without a wrap"),
      }),
    )
    .describe("Your data keys, the newest first"),
  counts: z.object({
    entries: z.int(),
    versions: z.int().describe("Earlier states that are kept"),
    trash: z.int(),
    kinds: z.record(KindName, z.int()).describe("Records of each kind, out of the trash"),
  }),
  integrity: z.object({
    status: z
      .enum(["ok", "violated", "unknown"])
      .describe(
        "violated: the vault does not hold what was written to it last; unknown: nothing was written yet",
      ),
    verifiedAt: Instant.nullable(),
    violatedAt: Instant.nullable(),
    unlisted: z
      .int()
      .min(1)
      .optional()
      .describe(
        "How many records no list shows, being filed under no day that is known; absent when none",
      ),
  }),
  lastProvenRestore: z
    .object({
      at: Instant.describe("When a restore of a backup was last tried, and opened what it should"),
      takenAt: Instant.describe("The moment that this backup holds"),
    })
    .nullable()
    .describe("null before the first"),
});
export type VaultStatus = z.output<typeof VaultStatus>;

export const vault = endpoints({
  get: {
    method: "GET",
    path: "/api/me/vault",
    summary: "Check that your vault holds all that you wrote, and see your keys",
    auth: "user",
    permission: "account:read",
    responses: { 200: VaultStatus },
    limit: { points: 30, seconds: 60 },
    errors: ["rate_limited"],
  },
});
