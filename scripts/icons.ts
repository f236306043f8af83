/** `npx tsx scripts/icons.ts`: draws the icons of the installed application from that of the pages. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { chromium } from "@playwright/test";
import { findProgram } from "./lib/bootstrap.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const svg = readFileSync(resolve(ROOT, "web/src/app/icon.svg"), "utf8");

/** Platforms that cut icons to a shape of their own show the middle four fifths at least. */
const bleeding = svg
  .replace('viewBox="0 0 32 32"', 'viewBox="-4 -4 40 40"')
  .replace(/<rect width="32" height="32" rx="7.5"/, '<rect x="-4" y="-4" width="40" height="40"');

const ICONS = [
  { file: "web/public/icon-192.png", size: 192, image: svg },
  { file: "web/public/icon-512.png", size: 512, image: svg },
  { file: "web/public/icon-maskable-512.png", size: 512, image: bleeding },
  { file: "web/src/app/apple-icon.png", size: 180, image: bleeding },
] as const;

const executablePath = findProgram("chromium", "chromium-browser", "google-chrome");
const browser = await chromium.launch({
  ...(executablePath !== undefined && { executablePath }),
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
for (const { file, size, image } of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${image}`,
  );
  mkdirSync(dirname(resolve(ROOT, file)), { recursive: true });
  writeFileSync(resolve(ROOT, file), await page.screenshot({ omitBackground: true }));
}
await browser.close();
