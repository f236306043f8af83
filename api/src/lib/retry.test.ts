import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { afterAll, describe, expect, it } from "@jest/globals";
import { workerServices } from "../../test/databases.ts";
import { openDatabase } from "./database.ts";
import { retryConflicts } from "./retry.ts";

const conflict = () => Object.assign(new Error("deadlock"), { errno: 1213 });

describe("a transaction that is tried again", () => {
  it("ends with its first success", async () => {
    let tries = 0;
    const outcome = await retryConflicts(() => {
      tries++;
      return tries < 3 ? Promise.reject(conflict()) : Promise.resolve("done");
    });
    expect([outcome, tries]).toEqual(["done", 3]);
  });

  it("is given up after eight conflicts, with the last of them", async () => {
    const conflicts: Error[] = [];
    const outcome = retryConflicts(() => {
      conflicts.push(conflict());
      return Promise.reject(conflicts.at(-1) ?? new Error());
    });
    await expect(outcome).rejects.toMatchObject({ errno: 1213 });
    expect(conflicts).toHaveLength(8);
    expect(await outcome.catch((error: unknown) => error)).toBe(conflicts[7]);
  });

  it("is not tried again for any other fault", async () => {
    let tries = 0;
    const fault = new Error("of the program");
    await expect(
      retryConflicts(() => {
        tries++;
        return Promise.reject(fault);
      }),
    ).rejects.toBe(fault);
    expect(tries).toBe(1);
  });
});

describe("two transactions that take the same rows in opposite order", () => {
  const url = new URL(workerServices().vaultUrl);
  const database = openDatabase(
    {
      host: url.hostname,
      port: Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
    },
    "vault_unavailable",
  );
  afterAll(() => database.close());

  it("both happen, one of them at its second try", async () => {
    const owner = randomBytes(16);
    const versions = [1, 2];
    for (const version of versions) {
      await database.execute(
        "INSERT INTO vault_keys (owner_id, version, method, dek_id, mek_ref, suite, `blob`) VALUES (?, ?, 'mek', ?, '0', 0, '')",
        [owner, version, randomBytes(16)],
      );
    }
    let tries = 0;
    let arrived = 0;
    const door = new EventEmitter();
    const opened = once(door, "open");
    const add = (order: number[]) =>
      database.transaction(async (execute) => {
        tries++;
        for (const version of order) {
          await execute(
            "UPDATE vault_keys SET suite = suite + 1 WHERE owner_id = ? AND version = ?",
            [owner, version],
          );
          // Each holds its first row before either asks for its second.
          if (++arrived === 2) door.emit("open");
          await opened;
        }
      });
    await Promise.all([add(versions), add(versions.toReversed())]);
    expect(tries).toBe(3);
    const rows = await database.execute<never>("SELECT suite FROM vault_keys WHERE owner_id = ?", [
      owner,
    ]);
    expect(rows).toEqual([{ suite: 2 }, { suite: 2 }]);
    await database.execute("DELETE FROM vault_keys WHERE owner_id = ?", [owner]);
  });
});
