import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { installation } from "../installation.ts";

const outbox = () => process.env["E2E_OUTBOX_DIR"] ?? installation().outboxDir;

/** Opens the newest verification link that was mailed to `address`, and presses the button there. */
export async function openMailedLink(page: Page, address: string): Promise<void> {
  await page.goto(await linkMailedTo(address));
  await page.getByRole("button", { name: "Confirm and begin" }).click();
}

/** The newest link to the page that was mailed to `address`. */
export async function linkMailedTo(address: string, page = "/verify-email"): Promise<string> {
  let link: string | undefined;
  await expect(async () => {
    link = await findLink(address, page);
    expect(link, `a link to ${page} mailed to ${address}`).toBeDefined();
  }).toPass({ timeout: 10_000 });
  return link ?? "";
}

async function findLink(address: string, page: string): Promise<string | undefined> {
  const pattern = new RegExp(`${page}#token=[\\w-]+`);
  const files = (await readdir(outbox())).sort().reverse();
  for (const file of files) {
    const mail = unfold(await readFile(join(outbox(), file), "utf8"));
    const link = pattern.exec(mail)?.[0];
    if (link !== undefined && mail.includes(address)) return link;
  }
  return undefined;
}

/** Undoes quoted-printable, as far as it touches a link. */
const unfold = (mail: string) => mail.replace(/=\r?\n/g, "").replace(/=3D/gi, "=");
