import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { AppError } from "../contract/errors.ts";
import { KeyringError } from "../crypto/keyring.ts";
import { localKeyring } from "../vault/mek/local.ts";
import { ALLOWED, createLogger, describeError } from "./logger.ts";

const SECRET = "dear diary";

function logging() {
  let text = "";
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  return { logger: createLogger("api", "info", sink), said: () => text };
}

describe("the log", () => {
  it("holds what is allowed, as one JSON object a line", () => {
    const { logger, said } = logging();
    logger.info({ requestId: "r1", status: 200, durationMs: 3 }, "request");
    expect(JSON.parse(said())).toMatchObject({
      level: "info",
      service: "api",
      requestId: "r1",
      status: 200,
      durationMs: 3,
      msg: "request",
    });
  });

  it.each([
    [
      "a field nobody allowed",
      { body: SECRET, title: SECRET, token: SECRET, url: `/x?q=${SECRET}` },
    ],
    ["an error's message", { err: new Error(SECRET) }],
    ["the message of what caused an error", { err: new Error("x", { cause: new Error(SECRET) }) }],
    ["the fields of an error", { err: Object.assign(new Error("x"), { sqlMessage: SECRET }) }],
    ["an error's multi-line message", { err: new Error(`x\n    ${SECRET}\ny`) }],
    ["something thrown that is no error", { err: SECRET }],
    [
      "an error's code that is an object",
      { err: Object.assign(new Error("x"), { code: { SECRET } }) },
    ],
  ])("never holds %s", (_, fields) => {
    const { logger, said } = logging();
    logger.error(fields, "it failed");
    logger.error(fields);
    logger.child(fields).error("it failed");
    expect(said().split("\n").filter(Boolean)).toHaveLength(3);
    expect(said()).not.toContain(SECRET);
  });

  it("has of a keyring that cannot be used what is wrong with it, and which file it is", () => {
    const { logger, said } = logging();
    expect(() => localKeyring("/nowhere/keyring")).toThrow(KeyringError);
    try {
      localKeyring("/nowhere/keyring");
    } catch (error) {
      logger.error({ err: error }, "it failed");
    }
    expect(JSON.parse(said())).toMatchObject({
      err: { name: "KeyringError", code: "keyring:missing /nowhere/keyring" },
    });
  });

  it("does not take an error's message for its own", () => {
    const { logger, said } = logging();
    logger.error(new Error(SECRET));
    expect(said()).not.toContain(SECRET);
    expect(JSON.parse(said())).toMatchObject({ err: { name: "Error" } });
  });

  it("takes a text alone", () => {
    const { logger, said } = logging();
    logger.info("ready");
    expect(JSON.parse(said())).toMatchObject({ msg: "ready" });
  });
});

describe("what is known of an error", () => {
  it("is its name, its code, where it was thrown and what caused it", () => {
    const cause = Object.assign(new TypeError("x"), { code: "ECONNREFUSED" });
    const described = describeError(new AppError("vault_unavailable", { cause }));
    expect(described).toMatchObject({
      name: "AppError",
      code: "vault_unavailable",
      cause: { name: "TypeError", code: "ECONNREFUSED" },
    });
    expect(JSON.stringify(described)).toContain("logger.test.ts");
  });
});

describe("docs/logs.md", () => {
  it("says of each field that may be logged what it is, and of no other", () => {
    const page = readFileSync(new URL("../../../docs/logs.md", import.meta.url), "utf8");
    const [, fields = ""] = page.split("\n## ");
    const rows = fields.split("\n").filter((line) => line.startsWith("| `"));
    const named = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)]);
    const described = named.map(([, name]) => name ?? "");
    // What is in each line without being asked for.
    expect(described.sort()).toEqual([...ALLOWED, "level", "time", "msg"].sort());
  });
});
