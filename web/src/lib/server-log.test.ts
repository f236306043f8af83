/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { logFault, takeConsole } from "@/lib/server-log.ts";

const SECRET = "dear diary";
const CONSOLE = { ...console };
let lines: string[];
beforeEach(() => {
  lines = [];
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  Object.assign(console, CONSOLE);
});
const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe("the web server's log", () => {
  it("has of a page that failed its pattern, the request's id and where, and no word of the error", () => {
    const error = Object.assign(new TypeError(SECRET, { cause: new Error(SECRET) }), {
      digest: "42",
    });
    logFault(error, { requestId: "from-the-proxy", method: "GET", route: "/day/[day]" });
    expect(logged()).toMatchObject([
      {
        level: "error",
        service: "web",
        requestId: "from-the-proxy",
        method: "GET",
        route: "/day/[day]",
        err: { name: "TypeError", code: "42" },
        msg: "a page failed",
      },
    ]);
    expect(lines.join("")).not.toContain(SECRET);
  });

  it("takes what Next says on the console: one line each, without colours, queries and messages", () => {
    takeConsole();
    /* eslint-disable no-console -- what others say on it is what is tested */
    console.log("\u001b[32m✓\u001b[39m Ready in 84ms\nand more");
    console.error(new Error(SECRET));
    console.warn(`asked for /day?q=${SECRET.replace(" ", "+")} and failed`, { SECRET });
    console.error("⨯", new Error(SECRET), SECRET.length);
    /* eslint-enable no-console */
    expect(logged()).toMatchObject([
      { level: "info", service: "web", msg: "✓ Ready in 84ms" },
      { level: "error", msg: "a fault", err: { name: "Error" } },
      { level: "warn", msg: "asked for /day and failed" },
      { level: "error", msg: "⨯", err: { name: "Error" } },
    ]);
    expect(lines.join("")).not.toMatch(/dear/);
  });
});
