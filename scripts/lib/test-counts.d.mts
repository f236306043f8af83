export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}
export function countTests(step: {
  ok: boolean;
  reportFile?: string;
  kind?: "jest" | "playwright";
}): TestCounts;
