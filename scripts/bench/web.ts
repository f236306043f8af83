/**
 * The pages in a browser, built for production: how much JavaScript they load, how soon they are there on a slow
 * processor, how soon a key is seen in a long text, and how a long journal scrolls.
 */
import { randomUUID } from "node:crypto";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import * as z from "zod";
import settings from "../../playwright.config.ts";
import { firstLoadBytes } from "../lib/first-load.ts";
import { atMost, median, type Part, quantile, type Row, type Target } from "./measure.ts";
import { type Product, startProduct } from "./web-product.ts";

const SLOWDOWN = 4;
const LOADS = 7;
/** After which nothing is on its way any more. */
const QUIET_MS = 2_500;
const ENTRY_WORDS = 10_000;
const KEYS = 250;
const TIMELINE_ENTRIES = 10_000;
const OPS_AT_ONCE = 500;
const LONG_TASK_MS = 50;
const WHEEL_PX = 900;
const WHEEL_MS = 50;

const PAGES = [
  { name: "Today", path: "/today", budgetKb: 200 },
  { name: "sign-in", path: "/sign-in", budgetKb: 120 },
] as const;

export const web: Part = {
  name: "web",
  title: "the pages in a browser: JavaScript, loading, typing, scrolling",
  run: async (say) => {
    say(`load average ${loadavg()[0]?.toFixed(1) ?? "?"}`);
    const product = await startProduct();
    const browser = await chromium.launch(settings.use?.launchOptions);
    try {
      const context = await browser.newContext({ baseURL: product.webUrl });
      const targets: Target[] = [];
      const sizes: Row[] = [];
      for (const { name, path, budgetKb } of PAGES) {
        const kb = (await firstLoadBytes(product.webUrl, path)) / 1000;
        sizes.push({ page: name, "kB gzipped": kb });
        targets.push(atMost(`JavaScript of ${name}, kB gzipped`, budgetKb, kb));
      }
      const loads: Row[] = [];
      const measure = async (name: string, path: string, shown: string) => {
        say(`loading ${name} at ${SLOWDOWN} times slowdown`);
        const { lcp, tbt } = await measureLoads(context, path, shown);
        loads.push({ page: name, "LCP ms": median(lcp), "TBT ms": median(tbt), of: lcp.length });
        targets.push(atMost(`LCP of ${name}, ms`, 1500, median(lcp)));
        targets.push(atMost(`TBT of ${name}, ms`, 150, median(tbt)));
      };
      await measure("sign-in", "/sign-in", "form");
      const token = await signIn(context, product);
      await measure("Today", "/today", "main h2");

      say(`typing into ${ENTRY_WORDS} words`);
      const typed = await measureTyping(context, token);
      targets.push(atMost("key to screen in 10,000 words, p95 ms", 32, quantile(typed, 0.95)));

      say(`writing ${TIMELINE_ENTRIES} entries`);
      await writeEntries(context, token);
      say("scrolling through them");
      const scroll = await measureScroll(context);
      targets.push(atMost("long tasks while scrolling 10,000 entries", 0, scroll.long.length));
      return {
        tables: [
          { title: "JavaScript that a page names", rows: sizes },
          { title: `Loading at ${SLOWDOWN} times slowdown, nothing cached`, rows: loads },
          {
            title: `From a key to the screen in an entry of ${ENTRY_WORDS} words, ms`,
            rows: [{ keys: typed.length, ...spread(typed) }],
          },
          {
            title: `Scrolling ${TIMELINE_ENTRIES} entries from the newest to the first`,
            rows: [
              {
                "scrolled px": scroll.pixels,
                seconds: scroll.seconds,
                [`tasks above ${LONG_TASK_MS} ms`]: scroll.long.length,
                "longest ms": Math.max(0, ...scroll.long),
                "rows on the page, most": scroll.mostRows,
              },
            ],
          },
        ],
        targets,
      };
    } finally {
      await browser.close();
      await product.stop();
    }
  },
};

const spread = (values: readonly number[]): Row => ({
  median: median(values),
  p95: quantile(values, 0.95),
  most: Math.max(...values),
});

/** Signs in on a page, and once more for what is asked past it. Returns the access token of the latter. */
async function signIn(context: BrowserContext, { account }: Product): Promise<string> {
  const { email, password } = account;
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/today");
  await page.close();
  // Without the cookies of the page: the two sessions do not share a family.
  const answer = await fetch(new URL("/api/auth/login", page.url()), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  return z.object({ accessToken: z.string() }).parse(await answer.json()).accessToken;
}

/** Times in ms: of the largest paint, and of what blocked the page's only thread for more than 50 ms at a time, beyond these. */
async function measureLoads(context: BrowserContext, path: string, shown: string) {
  const lcp: number[] = [];
  const tbt: number[] = [];
  // The first one warms the server.
  for (let load = -1; load < LOADS; load++) {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
    await page.addInitScript({ content: WATCH });
    await page.goto(path);
    await page.locator(shown).first().waitFor();
    await sleep(QUIET_MS);
    const seen = await watchedOn(page);
    await page.close();
    if (load < 0) continue;
    lcp.push(seen.lcp);
    tbt.push(seen.tasks.reduce((sum, duration) => sum + Math.max(0, duration - LONG_TASK_MS), 0));
  }
  return { lcp, tbt };
}

const Watched = z.object({
  lcp: z.number(),
  /** How long each task took that took more than 50 ms. */
  tasks: z.array(z.number()),
});

/** Runs in a page before anything else does. */
const WATCH = `
  globalThis.watched = { lcp: 0, tasks: [] };
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) watched.lcp = startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.tasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
`;

const watchedOn = async (page: Page) => Watched.parse(await page.evaluate("watched"));

/** From a key to the frame that shows it: a message that is sent in a frame arrives once it is drawn. */
const TIME_KEYS = `
  globalThis.latencies = [];
  const { port1, port2 } = new MessageChannel();
  const pressed = [];
  port2.onmessage = () => latencies.push(performance.now() - pressed.shift());
  addEventListener("keydown", ({ timeStamp }) => {
    pressed.push(timeStamp);
    requestAnimationFrame(() => port1.postMessage(null));
  }, { capture: true });
`;

async function measureTyping(context: BrowserContext, token: string): Promise<number[]> {
  const day = "2019-05-04";
  const words = Array.from({ length: ENTRY_WORDS }, (_, n) => WORDS[(n * 7) % WORDS.length]);
  const body = words.map((word, n) => (n % 60 === 59 ? `${word}.\n\n` : `${word} `)).join("");
  await call(context, token, "POST", "/api/entries", { day, body });
  const page = await context.newPage();
  await page.goto(`/day/${day}`);
  const text = page.getByRole("textbox", { name: "Text" });
  await text.click();
  await page.keyboard.press("ControlOrMeta+End");
  await page.evaluate(TIME_KEYS);
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press(key % 6 === 5 ? "Space" : "abcdefgh".charAt(key % 8));
    await sleep(40);
  }
  const latencies = z.array(z.number()).parse(await page.evaluate("latencies"));
  await page.getByText(/^Saved \d\d:\d\d$/).waitFor();
  await page.close();
  return latencies;
}

const WORDS = "harbour fog and the ferry bells ring over slow water while gulls turn home".split(
  " ",
);

async function writeEntries(context: BrowserContext, token: string): Promise<void> {
  const ops = Array.from({ length: TIMELINE_ENTRIES }, (_, n) => {
    const day = new Date(Date.UTC(2008, 0, 1 + Math.floor(n / 2))).toISOString().slice(0, 10);
    const words = Array.from(
      { length: 20 + ((n * 13) % 90) },
      (_, w) => WORDS[(w * 5 + n) % WORDS.length],
    );
    const record = {
      day,
      time: n % 2 === 0 ? "08:15" : "21:40",
      title: n % 3 === 0 ? `Entry ${n}` : "",
      body: words.join(" "),
      tags: n % 5 === 0 ? ["harbour"] : [],
    };
    return { op: "put", kind: "entries", id: randomUUID(), record };
  });
  for (let at = 0; at < ops.length; at += OPS_AT_ONCE) {
    await call(context, token, "POST", "/api/sync", { ops: ops.slice(at, at + OPS_AT_ONCE) });
  }
}

async function measureScroll(context: BrowserContext) {
  const page = await context.newPage();
  await page.addInitScript({ content: WATCH });
  await page.goto("/entries");
  await page.getByRole("heading", { level: 3 }).first().waitFor();
  await sleep(QUIET_MS);
  await page.evaluate("void watched.tasks.splice(0)");
  const end = page.getByText("This is where your journal begins.");
  await page.mouse.move(400, 400);
  const began = performance.now();
  let mostRows = 0;
  let turns = 0;
  for (; !(await end.isVisible()); turns++) {
    await page.mouse.wheel(0, WHEEL_PX);
    await sleep(WHEEL_MS);
    if (turns % 50 === 0) mostRows = Math.max(mostRows, await countRows(page));
  }
  const seconds = (performance.now() - began) / 1000;
  const { tasks } = await watchedOn(page);
  const pixels = z.number().parse(await page.evaluate("Math.round(scrollY)"));
  await page.close();
  return { long: tasks, seconds, pixels, mostRows };
}

const countRows = (page: Page) => page.locator("[data-index]").count();

async function call(
  context: BrowserContext,
  token: string,
  method: string,
  path: string,
  data: object,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await context.request.fetch(path, { method, headers, data, timeout: 120_000 });
  if (!answer.ok()) throw new Error(`${method} ${path} answered ${answer.status()}`);
}
