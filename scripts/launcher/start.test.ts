import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { lockFolder } from "./lock.ts";
import { ROOT } from "./paths.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "start-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("npm start", () => {
  it("explains itself, and refuses what it does not know", () => {
    expect(start(["--help"])).toMatchObject({
      status: 0,
      output: expect.stringMatching(/WEB_PORT/),
    });
    const refused = { status: 2, output: expect.stringMatching(/Unknown option --prod/) };
    expect(start(["--prod"])).toMatchObject(refused);
  });

  it("refuses a data folder that is in use, by the process that uses it", async () => {
    const lock = await lockFolder(folder, () => undefined);
    const { status, output } = start([]);
    expect(status).toBe(1);
    expect(output).toContain(`already running on this data folder (process ${process.pid})`);
    lock.release();
  });

  it("names the port and its variable when the one asked for is taken, and starts nothing", async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
    const { port } = taken.address() as AddressInfo;
    const { status, output } = start([], { API_PORT: String(port) });
    taken.close();
    expect(status).toBe(1);
    expect(output).toContain(`Port ${port}, asked for by API_PORT, is taken`);
    expect(readdirSync(folder)).toEqual(["version"]);
  });

  it("refuses a keyring others may read, before it starts or makes anything", () => {
    writeFileSync(join(folder, "keyring"), "TIMOSKR1", { mode: 0o644 });
    const { status, output } = start([]);
    expect(status).toBe(1);
    expect(output).toContain("chmod 600");
    expect(readdirSync(folder).sort()).toEqual(["keyring", "version"]);
  });

  it("wants both databases or neither", () => {
    const { status, output } = start([], { VAULT_DATABASE_URL: "mysql://a:b@127.0.0.1:1/c" });
    expect(status).toBe(1);
    expect(output).toContain("PLATFORM_DATABASE_URL is not set");
  });

  it("prints no colours where there is no terminal", () => {
    expect(start([], { API_PORT: "x" }).output).not.toContain("\u001b");
  });
});

/** Runs the launcher with nothing of this test run's own settings. */
function start(args: readonly string[], env: Record<string, string> = {}) {
  const { PATH = "", HOME = "" } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "scripts/start.mjs"), ...args],
    { env: { PATH, HOME, TIMOS_DATA_DIR: folder, ...env }, encoding: "utf8", timeout: 60_000 },
  );
  return { status, output: stdout + stderr };
}
