import { execFile } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../api/test/app.ts";
import { later, record, sealerOf } from "../api/test/audit.ts";
import { workerServices } from "../api/test/databases.ts";
import { program } from "../api/test/program.ts";
import { ROOT } from "./launcher/paths.ts";
import { cleanEnvironment } from "./lib/clean-environment.mjs";

const TOKEN_KEY = Buffer.alloc(32, 5).toString("base64url");

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ TOKEN_KEY });
  const seal = sealerOf(app);
  for (let batch = 0; batch < 3; batch++) {
    await record(app, 2);
    later(app, 61);
    await seal();
  }
}, 60_000);
afterAll(() => app.close());

function audit(args: string[], env: Record<string, string> = { TOKEN_KEY }) {
  const { platformUrl, vaultUrl } = workerServices();
  const addresses = { PLATFORM_DATABASE_URL: platformUrl, VAULT_DATABASE_URL: vaultUrl };
  const keyring = { KEYRING_FILE: app.keyringFile };
  return new Promise<{ code: number | null; output: string }>((done) => {
    const command = [program("scripts/audit.ts"), ...args];
    const options = { cwd: ROOT, env: { ...cleanEnvironment(), ...addresses, ...keyring, ...env } };
    const child = execFile(process.execPath, command, options, (_, out, err) =>
      done({ code: child.exitCode, output: `${out}${err}` }),
    );
  });
}

describe("npm run audit:verify", () => {
  it("follows the chain, says its end, and knows it again", async () => {
    const { code, output } = await audit(["verify"]);
    expect(output).toContain("3 seals over 6 events are as they were made.");
    expect(code).toBe(0);
    const head = /ends with (3:[0-9a-f]{64})/.exec(output)?.[1] ?? "";
    expect(await audit(["verify", "--head", head])).toMatchObject({ code: 0 });
    const other = head.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const forged = await audit(["verify", "--head", other]);
    expect(forged).toMatchObject({ code: 1 });
    expect(forged.output).toContain("another than the one that was noted");
  }, 120_000);

  it("needs the key, and says when it is another", async () => {
    expect(await audit(["verify"], {})).toMatchObject({
      code: 1,
      output: expect.stringContaining("TOKEN_KEY is not set"),
    });
    const wrong = { TOKEN_KEY: Buffer.alloc(32, 6).toString("base64url") };
    expect(await audit(["verify"], wrong)).toMatchObject({
      code: 1,
      output: expect.stringContaining("No seal was made under TOKEN_KEY"),
    });
    expect(await audit(["verify"], { ...wrong, FORMER_TOKEN_KEYS: TOKEN_KEY })).toMatchObject({
      code: 0,
    });
  }, 120_000);

  it("shows that the end was cut off, by an end that was noted elsewhere", async () => {
    const [seal] = await app.sql("platform", "SELECT hash FROM audit_seals WHERE id = 3");
    const head = `3:${(seal?.["hash"] as Buffer).toString("hex")}`;
    await app.sql("platform", "DELETE FROM audit_seals WHERE id = 3");
    await app.sql("platform", "DELETE FROM audit_events ORDER BY id DESC LIMIT 2");
    expect(await audit(["verify"])).toMatchObject({ code: 0 });
    const { code, output } = await audit(["verify", "--head", head]);
    expect(output).toContain("the end of the chain was cut off");
    expect(code).toBe(1);
  }, 120_000);

  it("names what was altered, and goes on behind it when told to", async () => {
    await app.sql("platform", "UPDATE audit_events SET purpose = 'x' ORDER BY id LIMIT 1");
    const { code, output } = await audit(["verify"]);
    expect(output).toMatch(/^Event \d+ was altered after it had been sealed \(by seal 1\)/);
    expect(code).toBe(1);
    expect(await audit(["verify", "--after", "1"])).toMatchObject({ code: 0 });
  }, 120_000);

  it("says how it is used when it is used otherwise", async () => {
    for (const args of [[], ["make"], ["verify", "--head", "3"], ["verify", "--after", "x"]]) {
      expect(await audit(args)).toMatchObject({
        code: 2,
        output: expect.stringContaining("Usage:"),
      });
    }
  }, 120_000);
});
