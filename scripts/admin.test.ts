import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../api/test/app.ts";
import { workerServices } from "../api/test/databases.ts";
import { signUp } from "../api/test/people.ts";
import { program } from "../api/test/program.ts";
import { cleanEnvironment } from "./lib/clean-environment.mjs";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

/** Runs `npm run admin:…` on the databases of `app`. */
function admin(...args: string[]): Promise<{ code: number; output: string }> {
  const { platformUrl, vaultUrl } = workerServices();
  const env = {
    ...cleanEnvironment(),
    PLATFORM_DATABASE_URL: platformUrl,
    VAULT_DATABASE_URL: vaultUrl,
    KEYRING_FILE: app.keyringFile,
  };
  const command = [program("scripts/admin.ts"), ...args];
  return new Promise((done) => {
    const cwd = resolve(import.meta.dirname, "..");
    const child = execFile(process.execPath, command, { cwd, env }, (_, out, err) => {
      done({ code: child.exitCode ?? -1, output: `${out}${err}` });
    });
  });
}

describe("the admin command", () => {
  it("makes the owner of an address a superadmin, and takes it back", async () => {
    const { email } = await signUp(app);
    const roleOf = async () => {
      const sql = "SELECT platform_role AS role FROM users WHERE email = ?";
      return (await app.sql("platform", sql, [email]))[0]?.["role"] as unknown;
    };
    expect(await admin("grant", email)).toEqual({ code: 0, output: "Done.\n" });
    expect(await roleOf()).toBe("superadmin");
    expect(await admin("grant", email)).toEqual({ code: 0, output: "It was so already.\n" });
    expect(await admin("revoke", email)).toEqual({ code: 0, output: "Done.\n" });
    expect(await roleOf()).toBeNull();
    expect(await admin("grant", "nobody@example.org")).toEqual({
      code: 1,
      output: "There is no account with this address.\n",
    });
  }, 60_000);

  it("says how it is used when it is used otherwise", async () => {
    for (const args of [[], ["grant"], ["make", "a@example.org"], ["grant", "--all"]]) {
      expect(await admin(...args)).toMatchObject({
        code: 2,
        output: expect.stringContaining("Usage:"),
      });
    }
  }, 60_000);
});
