import { type Page, expect, test as base } from "@playwright/test";
import { openMailedLink } from "./mail.ts";
import { openRedis } from "./redis.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

interface Fixtures {
  /** What no page may do, whatever the test is about; it fails when the list is not empty at the end. */
  offences: string[];
  /** Somebody nobody knows yet. */
  person: Person;
  /** A page of theirs, signed in, at Today. */
  journal: Page;
}

let count = 0;

/** All tests sign up from one address, more often than an address may. */
async function forgetSignUps(): Promise<void> {
  if (process.env["E2E_DATA_DIR"] === undefined) return;
  const redis = openRedis();
  const names = ["signup", "verify-email"].map((name) => `limit:/api/auth/${name}:*`);
  const keys = (await Promise.all(names.map((name) => redis.keys(name)))).flat();
  if (keys.length > 0) await redis.del(keys);
  redis.disconnect();
}

export const test = base.extend<Fixtures>({
  offences: [
    async ({ context, baseURL }, use) => {
      const offences: string[] = [];
      const origin = new URL(baseURL ?? "http://127.0.0.1:3000").origin;
      context.on("console", (message) => {
        if (/content security policy|hydrat/i.test(message.text())) offences.push(message.text());
      });
      context.on("weberror", (error) => offences.push(String(error.error())));
      context.on("request", (request) => {
        const { protocol, origin: to } = new URL(request.url());
        if (protocol.startsWith("http") && to !== origin) offences.push(`left for ${to}`);
      });
      await context.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (violation) => {
          console.error(`content security policy: ${violation.effectiveDirective}`);
        });
      });
      await use(offences);
      expect(offences).toEqual([]);
    },
    { auto: true },
  ],

  // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern
  person: async ({}, use) => {
    count += 1;
    await use({
      name: "Ada",
      email: `ada-${Date.now()}-${process.pid}-${count}@example.org`,
      password: "harbour fog and ferry bells",
    });
  },

  journal: async ({ page, person }, use) => {
    await forgetSignUps();
    const answer = await page.request.post("/api/auth/signup", {
      data: {
        email: person.email,
        password: person.password,
        displayName: person.name,
        timeZone: "Europe/Berlin",
      },
    });
    expect(answer.status()).toBe(202);
    await openMailedLink(page, person.email);
    await page.waitForURL("**/today");
    await use(page);
  },
});

export { expect };
