import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const THEMES = ["light", "dark"] as const;

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What a theme can change of what axe finds: a page is the same otherwise. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** What was just changed is drawn. */
const nextFrame = (page: Page) =>
  page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );

/** Nothing for axe to find, in either theme, and nothing beyond the edge of a small phone. */
export async function expectSound(page: Page) {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await nextFrame(page);
    // A page that is still changing its colours is measured again; what is wrong with one at rest stays wrong.
    await expect(async () => {
      const axe = new AxeBuilder({ page });
      const { violations } = await (
        colorScheme === "light" ? axe.withTags(TAGS) : axe.withRules(OF_COLOURS)
      ).analyze();
      expect(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))]),
        `${page.url()} in ${colorScheme}`,
      ).toEqual([]);
    }).toPass({ timeout: 10_000 });
  }
  const size = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  // The editors measure themselves anew in a later frame.
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
    .toBeLessThanOrEqual(360);
  if (size) await page.setViewportSize(size);
}
