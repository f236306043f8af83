import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type TestVault } from "../../../test/vault.ts";
import { DecryptionError } from "../../crypto/decryption-error.ts";
import { activateKey, decodeKeyring, stageKey } from "../../crypto/keyring.ts";
import { entryKind } from "../../features/entries/entries.ts";
import { localKeyring } from "../mek/local.ts";
import { MekUnavailable, type MekProvider } from "../mek/provider.ts";
import { putRecord } from "../records.ts";
import { countLeft, proveMek, rewrapAll, type RewrapDeps, type RewrapOptions } from "./rewrap.ts";

let test: TestVault;
let keyring: MekProvider;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  keyring = localKeyring(test.keyringFile);
  for (let n = 0; n < 4; n++) {
    const { vault } = await test.newOwner();
    const fields = entryKind.fields.parse({ day: "2026-11-21", body: "words" });
    const write = { guard: undefined, now: test.clock.now };
    await putRecord(vault, entryKind, randomUUID(), { fields, ...write });
  }
});

/** Adds a master key to the keyring and makes it current. @returns its reference. */
function rotateKeyring(): string {
  const staged = stageKey(readFileSync(test.keyringFile), new Date());
  const id = decodeKeyring(staged).at(-1)?.id ?? "";
  writeFileSync(test.keyringFile, activateKey(staged, id));
  return `local:${id}`;
}

function rewrapWith(
  meks: MekProvider,
  options: Partial<RewrapOptions> = {},
  deps: Partial<RewrapDeps> = {},
) {
  return rewrapAll(
    { ...test.deps, meks, ...deps },
    { target: meks.current, atOnce: 1, settleMs: 0, ...options },
  );
}
/** The platform, whose wraps come in batches of one. */
const oneByOne = (): RewrapDeps["platformDatabase"] => {
  const { platformDatabase } = test.deps;
  const execute: typeof platformDatabase.execute = (sql, values) =>
    platformDatabase.execute(sql.replace("LIMIT 200", "LIMIT 1"), values);
  return { ...platformDatabase, execute };
};

const blobs = async (database: "platform" | "vault", table: string) =>
  (await test.sql(database, `SELECT HEX(\`blob\`) AS b FROM ${table} ORDER BY owner_id`)).map(
    (row) => String(row["b"]),
  );

describe("re-wrapping", () => {
  it("stops where the provider goes away, with all that is written good, and goes on later", async () => {
    const target = rotateKeyring();
    let calls = 0;
    const failing: MekProvider = {
      ...keyring,
      wrap: (dek, context) =>
        ++calls > 2
          ? Promise.reject(new MekUnavailable(target, "unreachable"))
          : keyring.wrap(dek, context),
    };
    await expect(rewrapWith(failing)).rejects.toThrow("cannot be used now");
    expect(await countLeft(test.deps, target)).toBe(8);
    const report = await rewrapWith(keyring);
    expect(report).toMatchObject({ isFinished: true, platform: 4, vault: 4, unmoved: [] });
    expect(await blobs("vault", "vault_keys")).toEqual(await blobs("platform", "dek_wraps"));
  });

  it("does not bring back a wrap that was deleted between being read and written", async () => {
    rotateKeyring();
    let isErased = false;
    const erasing: MekProvider = {
      ...keyring,
      unwrap: async (wrap, context) => {
        if (!isErased) {
          isErased = true;
          for (const [database, table] of [
            ["platform", "dek_wraps"],
            ["vault", "vault_keys"],
          ] as const) {
            await test.sql(
              database,
              `DELETE FROM ${table} WHERE owner_id = ?`,
              Buffer.from(context.ownerId),
            );
          }
        }
        return keyring.unwrap(wrap, context);
      },
    };
    const report = await rewrapWith(erasing);
    expect(report).toMatchObject({ isFinished: true, platform: 3, vault: 3, unmoved: [] });
    expect(await blobs("platform", "dek_wraps")).toHaveLength(3);
    expect(await blobs("vault", "vault_keys")).toEqual(await blobs("platform", "dek_wraps"));
  });

  it("writes nothing that the provider cannot open again", async () => {
    const before = await blobs("platform", "dek_wraps");
    rotateKeyring();
    const lying: MekProvider = {
      ...keyring,
      wrap: async (dek, context) => {
        const wrap = await keyring.wrap(dek, context);
        return { ...wrap, blob: wrap.blob.map((byte) => byte ^ 1) };
      },
    };
    const report = await rewrapWith(lying);
    expect(report.unmoved.map(({ why }) => why)).toContain("it does not open");
    expect(report).toMatchObject({ platform: 0, vault: 0 });
    expect(await blobs("platform", "dek_wraps")).toEqual(before);
    expect(await blobs("vault", "vault_keys")).toEqual(before);
  });

  it("writes nothing that opens as another data key", async () => {
    const before = await blobs("platform", "dek_wraps");
    const target = rotateKeyring();
    const lying: MekProvider = {
      ...keyring,
      unwrap: async (wrap, context) => {
        const dek = await keyring.unwrap(wrap, context);
        return wrap.mekRef === target ? dek.map((byte) => byte ^ 1) : dek;
      },
    };
    const report = await rewrapWith(lying);
    expect(report).toMatchObject({ platform: 0, vault: 0, isFinished: true });
    expect(await blobs("platform", "dek_wraps")).toEqual(before);
  });

  it("leaves no data key in memory that it unwrapped", async () => {
    rotateKeyring();
    const unwrapped: Uint8Array[] = [];
    const watched: MekProvider = {
      ...keyring,
      unwrap: async (wrap, context) => {
        const dek = await keyring.unwrap(wrap, context);
        unwrapped.push(dek);
        return dek;
      },
    };
    expect(await rewrapWith(watched)).toMatchObject({ platform: 4 });
    expect(unwrapped).toHaveLength(8);
    expect(unwrapped.every((dek) => dek.every((byte) => byte === 0))).toBe(true);
  });

  it("gives a mirror what the platform has, where another rotation was faster there", async () => {
    rotateKeyring();
    let isFirst = true;
    const racing: MekProvider = {
      ...keyring,
      wrap: async (dek, context) => {
        if (isFirst) {
          isFirst = false;
          const { mekRef, blob } = await keyring.wrap(dek, context);
          await test.sql(
            "platform",
            "UPDATE dek_wraps SET mek_ref = ?, `blob` = ? WHERE owner_id = ?",
            ...[mekRef, Buffer.from(blob), Buffer.from(context.ownerId)],
          );
        }
        return keyring.wrap(dek, context);
      },
    };
    expect(await rewrapWith(racing)).toMatchObject({ platform: 3, vault: 4, isFinished: true });
    expect(await blobs("vault", "vault_keys")).toEqual(await blobs("platform", "dek_wraps"));
  });

  it("moves to another provider, many calls at a time, and back", async () => {
    const inner = await keyring.current();
    let [running, most] = [0, 0];
    /** A provider of another name, over the same key: its wraps are bound to its own reference. */
    const other: MekProvider = {
      current: () => Promise.resolve("awskms:other"),
      health: keyring.health,
      wrap: async (dek, context) => {
        most = Math.max(most, ++running);
        await new Promise((done) => setTimeout(done, 10));
        running--;
        const wrap = await keyring.wrap(dek, { ...context, mekRef: inner });
        return { ...wrap, mekRef: "awskms:other", suite: 4 };
      },
      unwrap: (wrap, context) =>
        keyring.unwrap({ ...wrap, mekRef: inner, suite: 1 }, { ...context, mekRef: inner }),
    };
    const both: MekProvider = {
      ...keyring,
      wrap: (dek, context) =>
        (context.mekRef.startsWith("local:") ? keyring : other).wrap(dek, context),
      unwrap: (wrap, context) =>
        (wrap.mekRef.startsWith("local:") ? keyring : other).unwrap(wrap, context),
    };
    const there = await rewrapWith(both, { target: other.current, atOnce: 3 });
    expect(there).toMatchObject({ target: "awskms:other", isFinished: true, platform: 4 });
    expect(most).toBe(3);
    const refs = await test.sql("platform", "SELECT DISTINCT mek_ref, suite FROM dek_wraps");
    expect(refs).toEqual([{ mek_ref: "awskms:other", suite: 4 }]);
    expect(await rewrapWith(both)).toMatchObject({ target: inner, platform: 4, vault: 4 });
    expect(await blobs("vault", "vault_keys")).toEqual(await blobs("platform", "dek_wraps"));
  });

  it("takes a mirror that was left behind along, and one whose original is gone by itself", async () => {
    const behind = await test.sql(
      "vault",
      "SELECT owner_id, `blob`, mek_ref FROM vault_keys LIMIT 1",
    );
    rotateKeyring();
    await rewrapWith(keyring);
    await test.sql(
      "vault",
      "UPDATE vault_keys SET `blob` = ?, mek_ref = ? WHERE owner_id = ?",
      ...[behind[0]?.["blob"], behind[0]?.["mek_ref"], behind[0]?.["owner_id"]],
    );
    expect(await rewrapWith(keyring)).toMatchObject({ platform: 0, vault: 1, unmoved: [] });
    expect(await blobs("vault", "vault_keys")).toEqual(await blobs("platform", "dek_wraps"));

    await test.sql("platform", "DELETE FROM dek_wraps LIMIT 1");
    const target = rotateKeyring();
    expect(await rewrapWith(keyring)).toMatchObject({ platform: 3, vault: 4, unmoved: [] });
    expect(await countLeft(test.deps, target)).toBe(0);
  });

  it("waits for what may be on its way where there was nothing to move, too", async () => {
    let waits = 0;
    const onProgress: RewrapOptions["onProgress"] = ({ waitingMs }) => {
      if (waitingMs > 0) waits++;
    };
    const report = await rewrapWith(keyring, { settleMs: 1, onProgress });
    expect(report).toMatchObject({ isFinished: true, platform: 0, vault: 0 });
    expect(waits).toBe(1);
  });

  it("finds a wrap under the former key that was stored while it waited", async () => {
    const former = await keyring.current();
    const target = rotateKeyring();
    let waits = 0;
    const report = await rewrapWith(keyring, {
      settleMs: 300,
      onProgress: ({ waitingMs }) => {
        if (waitingMs === 0 || ++waits > 1) return;
        // A wrap under the former key, which was on its way.
        void storeUnder(former);
      },
    });
    expect(report.isFinished).toBe(true);
    expect(report.platform).toBe(5);
    // It was no end, after which it waits once.
    expect(waits).toBe(2);
    expect(await countLeft(test.deps, target)).toBe(0);
  });

  async function storeUnder(mekRef: string): Promise<void> {
    const [user] = await test.sql("platform", "SELECT * FROM user_deks LIMIT 1");
    const ownerId = Buffer.from(user?.["owner_id"] as Uint8Array);
    const [wrap] = await test.sql(
      "platform",
      "SELECT * FROM dek_wraps WHERE owner_id = ?",
      ownerId,
    );
    const context = { ownerId, version: 1, dekId: user?.["dek_id"] as Uint8Array };
    const dek = await keyring.unwrap(
      {
        mekRef: String(wrap?.["mek_ref"]),
        suite: 1,
        blob: new Uint8Array(wrap?.["blob"] as Uint8Array),
      },
      { ...context, mekRef: String(wrap?.["mek_ref"]) },
    );
    const late = await keyring.wrap(dek, { ...context, mekRef });
    await test.sql(
      "platform",
      "UPDATE dek_wraps SET mek_ref = ?, `blob` = ? WHERE owner_id = ?",
      ...[mekRef, Buffer.from(late.blob), ownerId],
    );
  }

  it("goes where a later rotation leads, and two at once end at the same key", async () => {
    rotateKeyring();
    const [one, other] = await Promise.all([rewrapWith(keyring), rewrapWith(keyring)]);
    expect(one.platform + other.platform).toBe(4);
    const first = rotateKeyring();
    let asked = 0;
    const later = { value: first };
    const report = await rewrapWith(
      keyring,
      {
        target: () => {
          if (++asked === 3) later.value = rotateKeyring();
          return Promise.resolve(later.value);
        },
      },
      { platformDatabase: oneByOne() },
    );
    expect(later.value).not.toBe(first);
    // The first batch went to the former one, and no other.
    expect(report).toMatchObject({ target: later.value, platform: 5, isFinished: true });
    expect(report.unmoved).toEqual([]);
    expect(await countLeft(test.deps, later.value)).toBe(0);
    await test.deps.keys.prove();
  });

  it("proves a master key by a data key of nobody's, and leaves nothing of it", async () => {
    const before = await blobs("platform", "dek_wraps");
    const wiped: Uint8Array[] = [];
    const watched: MekProvider = {
      ...keyring,
      wrap: (dek, context) => {
        wiped.push(dek);
        return keyring.wrap(dek, context);
      },
      unwrap: async (wrap, context) => {
        const dek = await keyring.unwrap(wrap, context);
        wiped.push(dek);
        return dek;
      },
    };
    await proveMek(watched, await keyring.current());
    expect(wiped).toEqual(
      [new Uint8Array(32), new Uint8Array(32)].map((bytes) => Buffer.from(bytes)),
    );
    expect(await blobs("platform", "dek_wraps")).toEqual(before);
    await expect(proveMek(keyring, "local:gone")).rejects.toThrow();
    const shut = { ...keyring, unwrap: () => Promise.reject(new DecryptionError()) };
    await expect(proveMek(shut, await keyring.current())).rejects.toThrow(DecryptionError);
  });

  it("stops when it is told to, be it while it waits", async () => {
    rotateKeyring();
    const report = await rewrapWith(keyring, { signal: AbortSignal.abort() });
    expect(report).toMatchObject({ isFinished: false, platform: 0 });
    const stop = new AbortController();
    const waiting = await rewrapWith(keyring, {
      settleMs: 600_000,
      signal: stop.signal,
      onProgress: ({ waitingMs }) => {
        if (waitingMs > 0) stop.abort();
      },
    });
    expect(waiting).toMatchObject({ isFinished: false, platform: 4 });
  });

  it("that is stopped begins no further batch, and names what it could not move, and not what it did not come to", async () => {
    await test.sql(
      "platform",
      "UPDATE dek_wraps SET `blob` = REVERSE(`blob`) ORDER BY owner_id LIMIT 1",
    );
    const target = rotateKeyring();
    const stop = new AbortController();
    const report = await rewrapWith(
      keyring,
      {
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done > 0) stop.abort();
        },
      },
      { platformDatabase: oneByOne() },
    );
    // The batch that was written, and the one that was under way.
    expect(report).toMatchObject({ isFinished: false, platform: 2, vault: 2 });
    expect(report.unmoved.map(({ database, why }) => `${database}: ${why}`)).toEqual([
      "platform: it does not open",
    ]);
    expect(await countLeft(test.deps, target)).toBe(4);
  });
});
