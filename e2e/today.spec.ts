import type { Page } from "@playwright/test";
import { beginEntry, callAs, expectSaved } from "./support/journal.ts";
import { expectSound } from "./support/sound.ts";
import { expect, test } from "./support/test.ts";

const part = (page: Page, name: string) => page.getByRole("region", { name });

const expectPartSaved = (page: Page, name: string) =>
  expect(part(page, name).getByText(/^Saved \d\d:\d\d$/)).toBeVisible({ timeout: 15_000 });

/** Opens Today as it is at an hour of the day that it is for the person, in Berlin. */
async function openAt(page: Page, hour: string) {
  const { day } = (await (await callAs(page, "GET", "/api/today")).json()) as { day: string };
  // In winter and in summer alike, this is the hour or the one after.
  await page.clock.setFixedTime(new Date(`${day}T${hour}:15:00+01:00`));
  await page.goto("/today");
}

test("a whole day on one page, from the first visit to the recap", async ({ journal }) => {
  // It is one long way, and a machine may be busy.
  test.slow();
  await test.step("a new journal invites to write, and offers something to begin with", async () => {
    await expect(journal.getByRole("button", { name: "Another question" })).toBeVisible();
    for (const name of ["Go for a walk", "Drink water", "Family", "Health"]) {
      await journal.getByRole("button", { name: `Take in ${name}` }).click();
      await expect(journal.getByText(`${name} was added.`)).toBeVisible();
    }
  });

  await test.step("morning, by keys", async () => {
    await openAt(journal, "08");
    const pulse = part(journal, "Morning Pulse");
    await pulse.getByRole("radio", { name: "1", exact: true }).focus();
    await journal.keyboard.press("7");
    await journal.keyboard.press("ArrowRight");
    await expect(pulse.getByRole("radio", { name: "8" })).toBeFocused();
    await expect(pulse.getByRole("radio", { name: "8" })).toBeChecked();
    await journal.keyboard.press("Tab");
    await journal.keyboard.type("curious");
    await journal.keyboard.press("Tab");
    await journal.keyboard.type("the tax letter");
    await journal.keyboard.press("ControlOrMeta+s");
    await expectPartSaved(journal, "Morning Pulse");
    await pulse.getByRole("button", { name: "Morning Pulse" }).press("Enter");
    await expect(pulse.getByText("curious · avoiding: the tax letter")).toBeVisible();
  });

  await test.step("by day, with a tap each", async () => {
    const mood = part(journal, "Mood");
    await mood.getByRole("button", { name: "Calm", exact: true }).click();
    await mood.getByRole("button", { name: /^Calm at 0[89]:15/ }).click();
    await mood.getByLabel("Note").fill("after the school run");
    await journal.keyboard.press("Enter");
    await expect(mood.getByText("after the school run")).toBeVisible();
    await mood.getByRole("button", { name: "Sad", exact: true }).click();
    await mood.getByRole("button", { name: /^Sad at/ }).click();
    await mood.getByRole("button", { name: "Remove" }).click();
    await journal.getByRole("button", { name: "Undo" }).click();
    await expect(mood.getByRole("button", { name: /^Sad at/ })).toBeVisible();

    const habits = part(journal, "Habits");
    const walk = habits.getByRole("button", { name: "Go for a walk", exact: true });
    await walk.click();
    await expect(walk).toHaveAttribute("aria-pressed", "true");
    await expect(habits.getByText("1 day in a row")).toBeAttached();
    await habits.getByRole("button", { name: "Drink water: more" }).click();
    await habits.getByRole("button", { name: "Drink water: more" }).click();
    await expect(habits.getByLabel("Drink water: how much")).toHaveValue("2");
    await habits.getByRole("button", { name: "More on Drink water" }).click();
    await habits.getByLabel("Note").fill("two at breakfast");
    await journal.keyboard.press("Enter");
    await expect(habits.getByText("two at breakfast")).toBeVisible();

    await expectSaved(await beginEntry(journal, "A kingfisher, twice."));
  });

  await test.step("evening, which looks back", async () => {
    await openAt(journal, "20");
    const reflection = part(journal, "End-of-day Reflection");
    await reflection.getByLabel("What gave you energy?").fill("the river");
    await reflection.getByLabel("What drained you?").fill("four calls");
    await reflection.getByText("Purpose", { exact: true }).click();
    await reflection.getByLabel("An honest note").fill("I was where I was.");
    const recap = part(journal, "Recap");
    await recap
      .getByRole("group", { name: "Score for Family" })
      .getByText("9", { exact: true })
      .click();
    await expectPartSaved(journal, "End-of-day Reflection");
    await recap
      .getByRole("group", { name: "Score for Health" })
      .getByText("8", { exact: true })
      .click();
    await recap.getByLabel("A slip").fill("No stretching");
    await recap.getByLabel("Pillar of “No stretching”").selectOption("Health");
    await recap.getByLabel("A correction").fill("Mat beside the bed");
    await recap.getByLabel("In a sentence or two").fill("A day that held.");
    await expectPartSaved(journal, "Recap");
    await expect(recap.getByText("8.5 — Consistent")).toBeVisible();
    await expectSound(journal);
  });

  await test.step("and all of it is there again", async () => {
    await journal.reload();
    await expect(part(journal, "End-of-day Reflection")).toContainText("I was where I was.");
    const recap = part(journal, "Recap");
    await expect(recap).toContainText("A day that held.");
    await expect(recap).toContainText("1 slip · 1 correction");
    await expect(recap.getByText("8.5 — Consistent")).toBeVisible();
    await recap.getByRole("button", { name: "Recap" }).click();
    await expect(recap.getByLabel("Pillar of “No stretching”")).toHaveValue(/./);
    await expect(part(journal, "Morning Pulse")).toContainText("8 of 10 · curious");
    await expect(part(journal, "Mood")).toContainText("after the school run");
    const habits = part(journal, "Habits");
    await expect(
      habits.getByRole("button", { name: "Go for a walk", exact: true }),
    ).toHaveAttribute("aria-pressed", "true");
    await expect(habits.getByLabel("Drink water: how much")).toHaveValue("2");
    await expect(habits).toContainText("two at breakfast");
  });
});

test("two tabs at one reflection: what differs is shown, and nothing is lost", async ({
  journal,
  context,
}) => {
  const other = await context.newPage();
  for (const page of [journal, other]) {
    await openAt(page, "20");
    await page.getByRole("button", { name: "End-of-day Reflection" }).click();
  }
  const gave = (page: Page) => page.getByLabel("What gave you energy?");
  await gave(other).fill("the river");
  await expectPartSaved(other, "End-of-day Reflection");
  await other.close();

  await gave(journal).fill("the children");
  await journal.getByLabel("An honest note").fill("Late, and glad of it.");
  const mine = part(journal, "End-of-day Reflection");
  await mine.getByRole("button", { name: "Compare and choose" }).click();
  const dialog = journal.getByRole("dialog");
  await expect(dialog.getByRole("region", { name: "Yours, not saved" })).toContainText("Late, and");
  await expect(dialog.getByRole("region", { name: "Saved elsewhere" })).toContainText("the river");
  await dialog.getByRole("button", { name: "Keep both" }).click();
  await expectPartSaved(journal, "End-of-day Reflection");
  await journal.reload();
  await expect(mine).toContainText("the river the children");
  await expect(mine).toContainText("Late, and glad of it.");
});

test("a tap that the API will not take is undone, said, and can be tried again", async ({
  journal,
}) => {
  await journal.route("**/api/mood-logs/**", (route) =>
    route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "internal", detail: "Something went wrong on our side." }),
    }),
  );
  const mood = part(journal, "Mood");
  await mood.getByRole("button", { name: "Calm", exact: true }).click();
  await expect(journal.getByText(/^Calm: not saved\./)).toBeVisible();
  await expect(mood.getByRole("button", { name: /^Calm at/ })).toBeHidden();
  await journal.unroute("**/api/mood-logs/**");
  await journal.getByRole("button", { name: "Try again" }).click();
  await expect(mood.getByRole("button", { name: /^Calm at/ })).toBeVisible();
  // Nothing is felt or checked on a day that has not come.
  await journal.goto("/day/2999-01-01");
  await expect(journal.getByText("The rest of this day opens when it has come.")).toBeVisible();
  await expect(mood).toBeHidden();
});
