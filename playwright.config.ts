import { defineConfig, devices } from "@playwright/test";
import { findProgram } from "./scripts/lib/bootstrap.mjs";

const chromium =
  process.env["CHROMIUM_PATH"] ??
  findProgram("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

const SERVER_ONLY = ["**/budgets.spec.ts", "**/privacy.spec.ts", "**/readme.spec.ts"];
/** What a small screen changes nothing about. */
const DESKTOP_ONLY = [
  "account",
  "calendar",
  "editor",
  "insights",
  "library",
  "offline",
  "passkeys",
  "recovery",
  "settings",
  "today",
  "writing",
].map((name) => `**/${name}.spec.ts`);

export default defineConfig({
  testDir: "./e2e",
  globalSetup: "./e2e/global-setup.ts",
  globalTimeout: 13 * 60_000,
  timeout: 30_000,
  workers: 2,
  // A browser on two busy cores misses a frame now and then. What fails twice is a failure; the report names the rest.
  retries: 1,
  reporter: [["list"]],
  use: {
    // Set by the global set-up in this process, and so for the workers, which read this file anew.
    baseURL: process.env["E2E_BASE_URL"] ?? "http://127.0.0.1:3000",
    screenshot: "off",
    trace: "off",
    video: "off",
    // Only what is about it has one: requests that it makes pass by the routes of a test.
    serviceWorkers: "block",
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: [
        // Containers and root have no sandbox; only pages of our own are visited.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        // No calls to its maker.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    // What needs no browser runs once.
    { name: "server", testMatch: SERVER_ONLY },
    { name: "desktop", testIgnore: SERVER_ONLY, use: { ...devices["Desktop Chrome"] } },
    {
      name: "phone",
      testIgnore: [...SERVER_ONLY, ...DESKTOP_ONLY],
      use: { ...devices["Pixel 7"] },
    },
  ],
});
