import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";

const ROOT = join(import.meta.dirname, "../..");
const config = {
  rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} }],
};
/** No text. */
const BINARY = new Set([".png", ".ico", ".woff2", ".gz", ".bin"]);

/** What looks like one and is none. */
const KNOWN = [
  // Databases that live for one run.
  ".github/workflows/ci.yml MySQLConnection",
  // A service that is played.
  "api/test/kms/fake-aws.ts AWSSecretAccessKey",
  // The password is a reference.
  "deploy/terraform/databases.tf MySQLConnection",
];
/** Tests make up addresses of databases. */
const isMadeUp = (name: string, rule: string) =>
  /\.test\.tsx?$/.test(name) && rule.endsWith("Connection");

/** What looks like a secret in a text, as its file and the rule's name. */
async function secretsIn(name: string, content: string): Promise<string[]> {
  const { messages } = await lintSource({
    source: { filePath: join(ROOT, name), content, ext: extname(name), contentType: "text" },
    options: { config },
  });
  return messages
    .filter(({ messageId }) => !isMadeUp(name, messageId))
    .map(({ messageId }) => `${name} ${messageId}`);
}

/** A release that was unpacked is no repository, and holds what its owner put there. */
const isClone = existsSync(join(ROOT, ".git"));

describe("the repository", () => {
  const note = isClone ? "" : " (skipped: this is no clone)";
  (isClone ? it : it.skip)(`holds no secret${note}`, async () => {
    const names = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" })
      .split("\0")
      .filter((name) => name !== "" && !BINARY.has(extname(name)) && name !== "package-lock.json");
    expect(names.length).toBeGreaterThan(100);
    const found: string[] = [];
    // One that was deleted, and not committed yet, is still listed.
    for (const name of names.filter((each) => existsSync(join(ROOT, each)))) {
      found.push(...(await secretsIn(name, readFileSync(join(ROOT, name), "utf8"))));
    }
    expect([...new Set(found)].sort()).toEqual(KNOWN);
  });

  it("would be seen to hold one", async () => {
    // Made here, so that this file holds none.
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const token = `ghp_${"aB3dE6gH9j".repeat(4).slice(0, 36)}`;
    expect(
      await secretsIn("a.txt", String(key.export({ format: "pem", type: "pkcs1" }))),
    ).not.toEqual([]);
    expect(await secretsIn("b.txt", `const token = "${token}";`)).not.toEqual([]);
  });
});
