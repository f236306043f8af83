import { expect, test } from "@playwright/test";
import { firstLoadBytes } from "../scripts/lib/first-load.ts";

/** In kB, gzipped (ADR 0040). Of each the framework is 132. */
const BUDGETS = { "/today": 200, "/sign-in": 156 } as const;

test("no page loads more JavaScript than its budget", async ({ baseURL }) => {
  for (const [path, kilobytes] of Object.entries(BUDGETS)) {
    const bytes = await firstLoadBytes(baseURL ?? "", path);
    expect(bytes, path).toBeLessThanOrEqual(kilobytes * 1000);
  }
});
