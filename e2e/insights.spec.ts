import { randomUUID } from "node:crypto";
import type { Locator, Page } from "@playwright/test";
import { callAs } from "./support/journal.ts";
import { expectSound } from "./support/sound.ts";
import { expect, test } from "./support/test.ts";

const DAYS = 61;
const LEAP_DAY = "2024-02-29";

test("insights show what the days come to, in charts and in figures", async ({ journal }) => {
  await journal.goto("/insights");
  await expect(
    journal.getByRole("heading", { name: "There is nothing to compare yet" }),
  ).toBeVisible();
  await expect(journal.getByText(/^After 14 days:/)).toBeVisible();

  await livedDays(journal);
  await journal.reload();
  const mood = figureNamed(journal, /^Your mood was pleasant on average/);
  const pillars = figureNamed(journal, /^1 of 2 pillars at target or above/);
  await expect(mood.getByRole("application")).toHaveCount(1);
  await expect(pillars.getByRole("application")).toHaveCount(2);

  // The same figures as the API has.
  const { weeks, correlations } = (await (
    await callAs(journal, "GET", "/api/insights")
  ).json()) as Insights;
  await mood.getByRole("button", { name: "Table" }).click();
  await expect(mood.getByRole("application")).toHaveCount(0);
  const values = await figuresIn(mood);
  expect(values.flat().filter((value) => !Number.isNaN(value))).toEqual(
    weeks.map((week) => week.mood.average),
  );
  // Weeks of the ninety days in which nothing was noted are there as well.
  expect(values.length).toBeGreaterThan(weeks.length);
  await mood.getByRole("button", { name: "Table" }).click();

  const health = pillars.getByRole("listitem").filter({ hasText: "Health" });
  await health.getByRole("application").focus();
  await journal.keyboard.press("ArrowRight");
  await expect(health.getByRole("status")).toHaveText(/Week of .*nothing noted/);
  for (const _ of weeks) await journal.keyboard.press("ArrowRight");
  await expect(health.getByRole("status")).toHaveText(/Week of .*\d$/);

  const walk = correlations.find(
    ({ a, b, lagDays }) => a.kind === "habit" && b.kind === "mood" && lagDays === 0,
  );
  const found = journal
    .getByRole("listitem")
    .filter({ hasText: "mood is higher on days with “Walk”" });
  await expect(found).toContainText(`${walk?.n} days with both`);
  await expect(found).toContainText(/Strong · r = \+0\.\d/);
  await expect(journal.getByText("That is not to say that one makes the other.")).toBeVisible();
  await expect(journal.getByText("Fewer slips after it")).toBeVisible();
});

test("insights are sound, of the days that are asked for, and in the language of whoever reads", async ({
  journal,
}) => {
  await livedDays(journal);
  await journal.goto("/insights");
  const mood = figureNamed(journal, /^Your mood was pleasant on average/);
  await expect(mood.getByRole("application")).toBeVisible();
  await expectSound(journal);

  await journal.getByRole("link", { name: "30 days" }).click();
  await expect(journal).toHaveURL(/days=30$/);
  await expect(mood.getByText("Each point is a day;")).toBeVisible();

  await callAs(journal, "PATCH", "/api/me", { locale: "de-DE" });
  await journal.goto("/insights");
  await expect(journal.getByText(/^Stimmung: höher an Tagen mit „Walk“/i)).toBeVisible();
  await expect(
    figureNamed(journal, /^Deine Stimmung war im Mittel angenehm, \+\d,\d/),
  ).toBeVisible();
});

test("a year in pixels is read by keys, leads to its days, and goes on paper with its table", async ({
  journal,
}) => {
  await livedDays(journal);
  await journal.goto("/insights/year?year=2024");
  const grid = journal.getByRole("grid", { name: "The days of 2024 by mood" });
  await expect(
    journal.getByRole("heading", { name: "1 day with a mood: 1 pleasant" }),
  ).toBeVisible();
  await expect(grid.getByRole("link")).toHaveCount(366);
  const leapDay = grid.getByRole("link", { name: /29 February: mood \+2, very pleasant$/ });
  await expect(leapDay).toHaveText("+2");

  await grid.locator("a[tabindex='0']").focus();
  await expect(grid.locator("a:focus")).toHaveAccessibleName(/31 December: nothing noted$/);
  for (let month = 12; month > 2; month--) await journal.keyboard.press("PageUp");
  await expect(leapDay).toBeFocused();
  await journal.keyboard.press("ArrowRight");
  await expect(grid.locator("a:focus")).toHaveAccessibleName(/Friday,? 1 March/);

  await expect(journal.getByRole("table")).toBeHidden();
  await journal.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(journal.getByRole("table")).toBeVisible();
  await expect(grid).toBeVisible();
  await expect(journal.getByRole("navigation", { name: "Main" })).toBeHidden();
  await expect(journal.getByRole("link", { name: "Scores" })).toBeHidden();
  expect(await journal.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(
    "light",
  );
  await journal.emulateMedia({ media: "screen", colorScheme: "light" });

  await journal.getByRole("button", { name: "Table" }).click();
  await expect(journal.getByRole("table").getByRole("link", { name: "+2" })).toHaveAttribute(
    "href",
    `/day/${LEAP_DAY}`,
  );
  await journal.getByRole("button", { name: "Table" }).click();
  await journal.getByRole("link", { name: "Scores" }).click();
  const byScores = journal.getByRole("grid", { name: "The days of 2024 by their scores" });
  const graded = byScores.getByRole("link", { name: /29 February: 8\.5, grade B$/ });
  await expect(graded).toHaveText("B");
  await journal.getByRole("link", { name: "Year after: 2025" }).click();
  await expect(journal.getByRole("heading", { name: "No day of 2025 has scores" })).toBeVisible();
  await journal.goBack();
  await expect(graded).toBeVisible();
  // Nine months more are like the first three, and take as much time as nine pages.
  await byScores.evaluate((grid) => [...grid.children].slice(4).forEach((month) => month.remove()));
  await expectSound(journal);
  await graded.focus();
  await journal.keyboard.press("Enter");
  await journal.waitForURL(`**/day/${LEAP_DAY}`);
});

interface Insights {
  readonly weeks: readonly { readonly mood: { readonly average: number | null } }[];
  readonly correlations: readonly {
    readonly a: { readonly kind: string };
    readonly b: { readonly kind: string };
    readonly lagDays: number;
    readonly n: number;
  }[];
}

const figureNamed = (page: Page, name: RegExp): Locator => page.getByRole("figure", { name });

/** The numbers of a table, row by row; NaN for what is none. */
async function figuresIn(figure: Locator): Promise<number[][]> {
  const rows = await figure.getByRole("table").locator("tbody tr").all();
  return Promise.all(
    rows.map(async (row) => (await row.getByRole("cell").allInnerTexts()).map(Number)),
  );
}

/** Two months of somebody whose mood is better on days with a walk, and who slips less since a correction; and one day of long ago. */
async function livedDays(page: Page) {
  const answer = (await (await callAs(page, "GET", "/api/moods?limit=200")).json()) as {
    items: { id: string; valence: number }[];
  };
  const moodIds = new Map(answer.items.map(({ id, valence }) => [valence, id]));
  const [walk, health, work] = [randomUUID(), randomUUID(), randomUUID()];
  const put = (kind: string, record: object, id: string = randomUUID()) => ({
    op: "put",
    kind,
    id,
    record,
  });
  const mood = (day: string, valence: number) =>
    put("mood-logs", { day, at: `${day}T12:00:00.000Z`, moodId: moodIds.get(valence) });
  const recap = (day: string, scores: readonly [number, number], more: object = {}) =>
    put("daily-recaps", {
      day,
      scores: [health, work].map((pillarId, index) => ({ pillarId, score: scores[index] })),
      ...more,
    });
  const yesterday = Date.now() - 86_400_000;
  const days = Array.from({ length: DAYS }, (_, index) =>
    new Date(yesterday - (DAYS - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
  const ops = [
    put("habits", { name: "Walk" }, walk),
    put("pillars", { name: "Health", target: 5, position: 1 }, health),
    put("pillars", { name: "Work", target: 9, position: 2 }, work),
    ...days.flatMap((day, i) => {
      const isWalk = [0, 2, 3, 5, 7, 8, 10, 11, 12].includes((i * 5) % 13);
      return [
        mood(day, isWalk ? 1 + (i % 2) : (i % 3) - 2),
        recap(day, [5 + ((i * 7) % 4), 3 + ((i * 11) % 5)], {
          slips: i <= 29 || i % 6 === 0 ? [{ text: "Late", pillarId: work }] : [],
          corrections: i === 29 ? [{ text: "Leave at nine", pillarId: work }] : [],
        }),
        ...(isWalk ? [put("habit-checks", { habitId: walk, day, state: "done" })] : []),
      ];
    }),
    mood(LEAP_DAY, 2),
    recap(LEAP_DAY, [8, 9]),
  ];
  const pushed = await callAs(page, "POST", "/api/sync", { ops });
  const { outcomes } = (await pushed.json()) as { outcomes: { status: string }[] };
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["applied"]));
}
