import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createKeyring } from "../../api/src/crypto/keyring.ts";
import { activate, readKeys, stage } from "./keyring-file.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timos-keyring-"));
  file = join(folder, "keyring");
  writeFileSync(file, createKeyring(new Date()), { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const current = () => `local:${readKeys(file).find(({ status }) => status === "active")?.id ?? ""}`;

it("of two rotations that begin together one makes a key, and the other goes on with it", async () => {
  // Both have looked at the keyring, and at what is under its key, before either stages anything.
  const seen = current();
  const staged = await Promise.all([stage(file, seen), stage(file, seen)]);
  expect(staged.map((one) => one?.isNew).toSorted()).toEqual([false, true]);
  expect(readKeys(file)).toHaveLength(2);
  await activate(file, staged[0]?.id ?? "");
  const bytes = readFileSync(file);
  expect(await stage(file, seen)).toBeNull();
  expect(readFileSync(file)).toEqual(bytes);
  expect(await stage(file, current())).toMatchObject({ isNew: true });
});
