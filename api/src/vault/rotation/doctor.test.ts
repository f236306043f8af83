import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { openTestVault, type Owner, type TestVault } from "../../../test/vault.ts";
import { activateKey, decodeKeyring, stageKey } from "../../crypto/keyring.ts";
import { entryKind } from "../../features/entries/entries.ts";
import { findDekHistory, activateDek, addPendingDek } from "../../platform/dek-rotation.ts";
import { MekUnavailable, MekUnknown, type MekProvider } from "../mek/provider.ts";
import { acceptVault, verifyVault } from "../integrity.ts";
import { getRecord, putRecord } from "../records.ts";
import { examineKeys } from "./doctor.ts";
import type { DoctorOptions, Finding } from "./examination.ts";
import { resealAll } from "./reseal.ts";
import { addMirror } from "./statements.ts";

let test: TestVault;
let ada: Owner;
let name: string;
beforeAll(async () => {
  test = await openTestVault();
});
afterAll(() => test.close());
beforeEach(async () => {
  await test.empty();
  ada = await newOwner(0);
  name = ada.ownerId.toString("hex");
  await write(ada);
});

/** Somebody whose id begins with a byte of this remainder by ten: 0 is in the sample. */
function newOwner(remainder: number): Promise<Owner> {
  const id = new Uint8Array(randomBytes(16));
  id[0] = 10 * randomInt(25) + remainder;
  return test.newOwner(id);
}

const write = ({ vault }: Owner, id = randomUUID()) =>
  putRecord(vault, entryKind, id, {
    fields: entryKind.fields.parse({ day: "2026-11-21" }),
    guard: undefined,
    now: test.clock.now,
  });
/** Adds a master key to the keyring and makes it current. */
function rotateKeyring(): void {
  const staged = stageKey(readFileSync(test.keyringFile), new Date());
  writeFileSync(test.keyringFile, activateKey(staged, decodeKeyring(staged).at(-1)?.id ?? ""));
}
const platform = (sql: string, ...values: unknown[]) => test.sql("platform", sql, ...values);
const vault = (sql: string, ...values: unknown[]) => test.sql("vault", sql, ...values);

async function examine(options: Partial<DoctorOptions> = {}, meks = test.deps.meks) {
  const findings: Finding[] = [];
  const examined = await examineKeys(
    { ...test.deps, meks },
    {
      isThorough: true,
      hasRows: false,
      isRepairing: false,
      onFinding: (finding) => {
        findings.push(finding);
      },
      ...options,
    },
  );
  expect(examined.left).toBe(findings.filter(({ isRepaired }) => !isRepaired).length);
  return { ...examined, findings };
}
const says = async (options: Partial<DoctorOptions> = {}) =>
  (await examine(options)).findings.map(
    ({ ownerId, what, remedy, isRepaired }) =>
      `${ownerId} ${what}: ${remedy}${isRepaired ? "!" : ""}`,
  );

const REPAIR = "npm run keys:doctor -- --repair";
const RESTORE = "restore the backup of the keys that has it";
const KEEP = "keep it, it may be the only copy: restore user_deks from a backup that has it";

/** Gives an owner another data key; `state` is how far its rotation came. */
async function addVersion(owner: Owner, state: "pending" | "active" | "done"): Promise<void> {
  if (state === "done") {
    const options = { who: owner.userId, madeBefore: new Date("2100-01-01"), graceMs: 0 };
    await resealAll(test.deps, { ...options, purpose: "test" });
    return;
  }
  const history = await findDekHistory(test.deps.platform, owner.userId);
  if (history === null) throw new Error("there are no keys");
  const version = history.versions.length + 1;
  const dek = await test.deps.keys.createVersion(history.ownerId, version);
  await addPendingDek(test.deps.platform, history, dek, { now: test.clock.now, purpose: "test" });
  await addMirror(test.deps.vaultDatabase, history.ownerId, dek);
  if (state === "active") {
    await activateDek(test.deps.platform, history, version, {
      now: test.clock.now,
      purpose: "test",
    });
  }
}

describe("keys as they should be", () => {
  it("are found so, each unwrapped once where wrap and mirror are the same", async () => {
    await addVersion(ada, "done");
    // Nothing was written yet, so nothing is mirrored, and nothing has to be.
    const eve = await newOwner(0);
    expect(await examine({ hasRows: true })).toEqual({
      owners: 2,
      unwrapped: 3,
      left: 0,
      findings: [],
    });
    expect(await vault("SELECT 1 FROM vault_keys WHERE owner_id = ?", eve.ownerId)).toEqual([]);
  });

  it("are unwrapped for one owner in ten, when it is not to be thorough", async () => {
    const eve = await newOwner(3);
    await write(eve);
    await newOwner(7);
    expect(await examine({ isThorough: false })).toMatchObject({ owners: 3, unwrapped: 1 });
    expect(await examine({ isThorough: true })).toMatchObject({ owners: 3, unwrapped: 3 });
    await newOwner(0);
    expect(await examine({ isThorough: false })).toMatchObject({ owners: 4, unwrapped: 2 });
  });

  it("are unwrapped under each master key, be it for one who is not in the sample", async () => {
    await newOwner(3);
    rotateKeyring();
    await newOwner(3);
    await newOwner(7);
    expect(await examine({ isThorough: false })).toMatchObject({ owners: 4, unwrapped: 2 });
    await platform("DELETE FROM user_deks WHERE owner_id = ?", ada.ownerId);
    expect(await examine({ isThorough: false })).toMatchObject({ owners: 3, unwrapped: 2 });
  });
});

describe("the audit of users", () => {
  const told = async () =>
    (
      await platform(
        "SELECT user_id, actor, purpose, request_id, at FROM audit_events WHERE action = 'key.unwrapped' AND purpose <> 'test'",
      )
    ).map((row) => ({ ...row }));
  const event = ({ userId }: Owner) => ({
    user_id: userId,
    actor: "operator",
    purpose: "keys:doctor",
    request_id: null,
    at: test.clock.now,
  });

  it("says of each whose keys were unwrapped that they were, once, and of nobody else", async () => {
    await addVersion(ada, "pending");
    const eve = await newOwner(3);
    await write(eve);
    await examine({ isThorough: false });
    expect(await told()).toEqual([event(ada)]);
    await examine({ isThorough: true });
    expect(await told()).toHaveLength(3);
    expect(await told()).toEqual(expect.arrayContaining([event(ada), event(eve)]));
  });

  it("says so before, and without it nothing is unwrapped", async () => {
    let unwrapped = 0;
    const counting: MekProvider = {
      ...test.deps.meks,
      unwrap: (wrap, context) => {
        unwrapped++;
        return test.deps.meks.unwrap(wrap, context);
      },
    };
    await platform("RENAME TABLE audit_events TO audit_events_away");
    try {
      await expect(examine({}, counting)).rejects.toThrow();
    } finally {
      await platform("RENAME TABLE audit_events_away TO audit_events");
    }
    expect(unwrapped).toBe(0);
  });
});

describe("a key that is missing or damaged in one database", () => {
  it.each<[string, "platform" | "vault", string, string, string]>([
    [
      "the platform's wrap is gone",
      "platform",
      "DELETE FROM dek_wraps",
      "the platform's wrap of version 1 is missing",
      "take the vault's",
    ],
    [
      "the platform's wrap does not open",
      "platform",
      "UPDATE dek_wraps SET `blob` = REVERSE(`blob`)",
      "the platform's wrap of version 1 does not open",
      "take the vault's",
    ],
    [
      "the platform's wrap is under a master key that is gone",
      "platform",
      "UPDATE dek_wraps SET mek_ref = 'local:gone'",
      "the platform's wrap of version 1 does not open",
      "take the vault's",
    ],
    [
      "the mirror is gone",
      "vault",
      "DELETE FROM vault_keys",
      "version 1 is not mirrored in the vault",
      "copy it",
    ],
    [
      "the mirror does not open",
      "vault",
      "UPDATE vault_keys SET `blob` = REVERSE(`blob`)",
      "the mirror of version 1 is another key than the platform's",
      "copy it",
    ],
    [
      "the mirror names another master key",
      "vault",
      "UPDATE vault_keys SET mek_ref = 'local:gone'",
      "the mirror of version 1 is another key than the platform's",
      "copy it",
    ],
    [
      "the mirror names another suite",
      "vault",
      "UPDATE vault_keys SET suite = 2",
      "the mirror of version 1",
      "copy it",
    ],
    [
      "the mirror names another data key",
      "vault",
      "UPDATE vault_keys SET dek_id = REPEAT('x', 16)",
      "the mirror of version 1 differs from the platform's",
      "copy it",
    ],
    [
      "the mirror names another data key, as which it does not open either",
      "vault",
      "UPDATE vault_keys SET dek_id = REPEAT('x', 16), `blob` = REVERSE(`blob`)",
      "the mirror of version 1 is another key than the platform's",
      "copy it",
    ],
  ])(
    "is found by the sample already, and repaired when asked: %s",
    async (_, database, sql, what, remedy) => {
      const wraps = async () => [
        await platform("SELECT * FROM dek_wraps"),
        await vault("SELECT * FROM vault_keys"),
      ];
      // Not one of those whose keys are all unwrapped.
      await test.empty();
      ada = await newOwner(3);
      await write(ada);
      const before = await wraps();
      await test.sql(database, sql);
      const damaged = await wraps();
      const { findings } = await examine({ isThorough: false });
      expect(findings).toEqual([
        {
          ownerId: ada.ownerId.toString("hex"),
          what: expect.stringContaining(what),
          remedy: `${remedy}: ${REPAIR}`,
          isRepaired: false,
        },
      ]);
      expect(await wraps()).toEqual(damaged);
      const repaired = await examine({ isThorough: false, isRepairing: true });
      expect(repaired).toMatchObject({
        left: 0,
        findings: [{ remedy: "repaired", isRepaired: true }],
      });
      expect(await wraps()).toEqual(before);
      expect(await examine()).toMatchObject({ findings: [] });
    },
  );

  it("is found where the mirror of somebody who wrote nothing differs", async () => {
    const eve = await newOwner(0);
    const history = await findDekHistory(test.deps.platform, eve.userId);
    if (history === null) throw new Error("there are no keys");
    const other = await test.deps.keys.createVersion(history.ownerId, 1);
    await addMirror(test.deps.vaultDatabase, history.ownerId, other);
    const mirror = await vault("SELECT * FROM vault_keys WHERE owner_id = ?", eve.ownerId);
    // It opens: whoever has no other copy of it needs this one.
    expect(await says({ isRepairing: true })).toEqual([
      `${eve.ownerId.toString("hex")} the mirror of version 1 is another key than the platform's, and may open: ${KEEP}`,
    ]);
    expect(await vault("SELECT * FROM vault_keys WHERE owner_id = ?", eve.ownerId)).toEqual(mirror);
  });

  it("is taken from nowhere when neither opens, or both are gone", async () => {
    const damage = "SET `blob` = REVERSE(`blob`)";
    await platform(`UPDATE dek_wraps ${damage}`);
    await vault(`UPDATE vault_keys ${damage}`);
    const lost = [`${name} version 1 opens from neither database: ${RESTORE}`];
    expect(await says()).toEqual(lost);
    expect(await says({ isRepairing: true })).toEqual(lost);
    expect(await says({ isThorough: false })).toEqual(lost);
    await platform("DELETE FROM dek_wraps");
    expect(await says({ isRepairing: true })).toEqual(lost);
    await vault("DELETE FROM vault_keys");
    expect(await says({ isRepairing: true })).toEqual(lost);
    expect(await platform("SELECT 1 FROM dek_wraps")).toEqual([]);
  });

  it("does not come back for somebody who is being erased, and it is said that it is not repaired", async () => {
    await vault("DELETE FROM vault_keys");
    await vault("INSERT INTO erasures (owner_id) VALUES (?)", ada.ownerId);
    expect(await examine({ isRepairing: true })).toMatchObject({
      left: 1,
      findings: [{ remedy: "copy it", isRepaired: false }],
    });
    expect(await vault("SELECT 1 FROM vault_keys")).toEqual([]);
  });

  it("is written over though its master key is gone, where no row can be under it", async () => {
    await addVersion(ada, "done");
    await vault("UPDATE vault_keys SET mek_ref = 'local:gone' WHERE version = 1");
    expect(await says({ isRepairing: true })).toEqual([
      `${name} the mirror of version 1 is another key than the platform's: repaired!`,
    ]);
  });

  it("is in the audit of its user once it is repaired, and not before", async () => {
    const told = () =>
      platform(
        "SELECT user_id, actor, purpose, at FROM audit_events WHERE action = 'key.repaired'",
      );
    await vault("DELETE FROM vault_keys");
    await examine();
    expect(await told()).toEqual([]);
    await examine({ isRepairing: true });
    expect(await told()).toMatchObject([
      {
        user_id: ada.userId,
        actor: "operator",
        purpose: "keys:doctor: version 1 is not mirrored in the vault",
        at: test.clock.now,
      },
    ]);
  });

  it("is not said to be repaired where somebody changed it meanwhile", async () => {
    await platform("UPDATE dek_wraps SET `blob` = REVERSE(`blob`)");
    let unwraps = 0;
    const racing: MekProvider = {
      ...test.deps.meks,
      unwrap: async (wrap, context) => {
        if (++unwraps === 2) await platform("UPDATE dek_wraps SET `blob` = CONCAT(`blob`, 'x')");
        return test.deps.meks.unwrap(wrap, context);
      },
    };
    expect(await examine({ isRepairing: true }, racing)).toMatchObject({
      left: 1,
      findings: [{ remedy: "take the vault's", isRepaired: false }],
    });
    expect(await platform("SELECT 1 FROM dek_wraps WHERE `blob` LIKE '%x'")).toHaveLength(1);
  });

  it("is not looked into while the master key is away, which is no damage", async () => {
    const away: MekProvider = {
      ...test.deps.meks,
      unwrap: () => Promise.reject(new MekUnavailable("local:x", "unreachable")),
    };
    await expect(examine({}, away)).rejects.toThrow(MekUnavailable);
  });

  it("is a key of each version: a rotation that is under way has two", async () => {
    await addVersion(ada, "pending");
    expect(await examine()).toMatchObject({ unwrapped: 2, findings: [] });
    await vault("DELETE FROM vault_keys WHERE version = 2");
    expect(await says({ isRepairing: true })).toEqual([
      `${name} version 2 is not mirrored in the vault: repaired!`,
    ]);
    await platform("UPDATE dek_wraps SET `blob` = REVERSE(`blob`) WHERE version = 1");
    expect(await says()).toEqual([
      `${name} the platform's wrap of version 1 does not open: take the vault's: ${REPAIR}`,
    ]);
  });
});

describe("a reference that is misspelt", () => {
  const TABLES = [
    ["platform", "dek_wraps"],
    ["vault", "vault_keys"],
  ] as const;
  const setRef = async (
    { ownerId }: Owner,
    mekRef: string,
    tables: readonly (readonly ["platform" | "vault", string])[] = TABLES,
  ) => {
    for (const [database, table] of tables) {
      await test.sql(
        database,
        `UPDATE ${table} SET mek_ref = ? WHERE owner_id = ?`,
        mekRef,
        ownerId,
      );
    }
  };
  const wraps = async () => [
    await platform("SELECT * FROM dek_wraps ORDER BY owner_id"),
    await vault("SELECT * FROM vault_keys ORDER BY owner_id"),
  ];

  it.each<[string, (ref: string) => string]>([
    ["in capitals", (ref) => ref.toUpperCase()],
    ["with a space after it", (ref) => `${ref} `],
    ["with an accent", (ref) => ref.replace("o", "ó")],
  ])("is corrected where the wrap opens under the right one: %s", async (_, spell) => {
    // Nobody who is in the sample; and nobody else is under that master key, nor is it the current one.
    await test.empty();
    const owners = [await newOwner(3), await newOwner(7)];
    for (const owner of owners) await write(owner);
    const right = await test.deps.meks.current();
    const before = await wraps();
    rotateKeyring();
    for (const owner of owners) await setRef(owner, spell(right));
    const damaged = await wraps();
    const what = `version 1 is under ${spell(right)}, and opens under ${right}`;
    const told = (remedy: string) =>
      owners.map(({ ownerId }) => `${ownerId.toString("hex")} ${what}: ${remedy}`).toSorted();
    const look = async (isRepairing: boolean) =>
      (await says({ isThorough: false, isRepairing })).toSorted();
    expect(await look(false)).toEqual(told(`spell its master key so: ${REPAIR}`));
    expect(await wraps()).toEqual(damaged);
    expect(await look(true)).toEqual(told("repaired!"));
    expect(await wraps()).toEqual(before);
    expect(await says()).toEqual([]);
  });

  it("has nobody else's keys looked into who are under the current master key", async () => {
    await test.empty();
    const owners = [await newOwner(3), await newOwner(7)];
    for (const owner of owners) await write(owner);
    const [one] = owners as [Owner, Owner];
    await setRef(one, (await test.deps.meks.current()).toUpperCase());
    // Theirs twice: under the one spelling, and under the other.
    expect(await examine({ isThorough: false })).toMatchObject({ left: 1, unwrapped: 2 });
  });

  it("is left where the wrap does not open under the right one either, or where another took its place meanwhile", async () => {
    const right = await test.deps.meks.current();
    await setRef(ada, right.toUpperCase());
    for (const [database, table] of TABLES) {
      await test.sql(database, `UPDATE ${table} SET \`blob\` = REVERSE(\`blob\`)`);
    }
    expect(await says({ isRepairing: true })).toEqual([
      `${name} version 1 opens from neither database: ${RESTORE}`,
    ]);
    await platform("UPDATE dek_wraps SET `blob` = REVERSE(`blob`)");
    const racing: MekProvider = {
      ...test.deps.meks,
      unwrap: async (wrap, context) => {
        for (const [database, table] of TABLES) {
          await test.sql(database, `UPDATE ${table} SET \`blob\` = 'other'`);
        }
        return test.deps.meks.unwrap(wrap, context);
      },
    };
    expect(await examine({ isRepairing: true }, racing)).toMatchObject({
      left: 1,
      findings: [{ remedy: "spell its master key so", isRepaired: false }],
    });
  });

  it("is corrected in the copy that opens then, and taken to where the other does not", async () => {
    const right = await test.deps.meks.current();
    const before = await wraps();
    for (const [[database, table], [other, otherTable], left] of [
      [TABLES[0], TABLES[1], "the mirror of version 1 is another key than the platform's: copy it"],
      [TABLES[1], TABLES[0], "the platform's wrap of version 1 does not open: take the vault's"],
    ] as const) {
      await setRef(ada, right.toUpperCase(), [[database, table]]);
      await test.sql(other, `UPDATE ${otherTable} SET \`blob\` = REVERSE(\`blob\`)`);
      const damaged = await wraps();
      const what = `${name} version 1 is under ${right.toUpperCase()}, and opens under ${right}`;
      expect(await says()).toEqual([
        `${what}: spell its master key so: ${REPAIR}`,
        `${name} ${left}: ${REPAIR}`,
      ]);
      expect(await wraps()).toEqual(damaged);
      const repaired = await examine({ isRepairing: true });
      expect(repaired).toMatchObject({ left: 0, findings: [{}, {}] });
      expect(await wraps()).toEqual(before);
    }
  });

  it("is corrected beside another key, which is kept", async () => {
    const right = await test.deps.meks.current();
    const history = await findDekHistory(test.deps.platform, ada.userId);
    if (history === null) throw new Error("there are no keys");
    const before = await platform("SELECT * FROM dek_wraps");
    const other = await test.deps.keys.createVersion(history.ownerId, 1);
    await vault("DELETE FROM vault_keys");
    await addMirror(test.deps.vaultDatabase, history.ownerId, other);
    const mirrors = await vault("SELECT * FROM vault_keys");
    await setRef(ada, right.toUpperCase(), [TABLES[0]]);
    expect(await says({ isRepairing: true })).toEqual([
      `${name} version 1 is under ${right.toUpperCase()}, and opens under ${right}: repaired!`,
      `${name} the mirror of version 1 is another key than the platform's, and may open: ${KEEP}`,
    ]);
    expect(await platform("SELECT * FROM dek_wraps")).toEqual(before);
    expect(await vault("SELECT * FROM vault_keys")).toEqual(mirrors);
  });

  describe("of a service", () => {
    let inner: string;
    let asked: string[];
    let service: MekProvider;
    beforeEach(async () => {
      inner = await test.deps.meks.current();
      asked = [];
      service = {
        ...test.deps.meks,
        unwrap: (wrap, context) => {
          const { mekRef } = wrap;
          asked.push(mekRef);
          // No service is asked for what nobody ever wrote.
          if (mekRef === "awskms:key") return Promise.reject(new RangeError("made up"));
          if (mekRef !== "awskms:Key" && mekRef.startsWith("awskms:")) {
            return Promise.reject(new MekUnknown(mekRef));
          }
          const meant = mekRef === "awskms:Key" ? { mekRef: inner } : {};
          return test.deps.meks.unwrap({ ...wrap, ...meant }, { ...context, ...meant });
        },
      };
    });
    const found = async () => (await examine({}, service)).findings.map(({ what }) => what);
    const what = "version 1 is under awskms:KEY, and opens under awskms:Key";
    /** Puts a mirror of nobody's under each of these references. */
    const plant = async (refs: readonly string[]) => {
      for (const ref of refs) {
        await vault(
          "INSERT INTO vault_keys VALUES (?, 1, 'mek', REPEAT('x', 16), ?, 1, 'x')",
          randomBytes(16),
          ref,
        );
      }
    };

    it("is corrected where somebody else's wrap has it right, and else nobody knows it", async () => {
      await setRef(ada, "awskms:KEY");
      expect(await found()).toEqual(["version 1 opens from neither database"]);
      const eve = await newOwner(0);
      await write(eve);
      await setRef(eve, "awskms:Key");
      expect(await found()).toEqual([what]);
      // Only a mirror tells what is right; and only one has it wrong.
      await setRef(eve, inner, [["platform", "dek_wraps"]]);
      expect(await found()).toContain(what);
      await platform("DELETE FROM dek_wraps WHERE owner_id = ?", ada.ownerId);
      expect(await found()).toContain(what);
    });

    it("costs nobody else a look at their keys where it was planted", async () => {
      await test.empty();
      for (const remainder of [3, 7, 3, 7]) {
        const owner = await newOwner(remainder);
        await write(owner);
        await setRef(owner, "awskms:Key");
      }
      await plant(["awskms:KEY"]);
      expect(await examine({ isThorough: false }, service)).toMatchObject({
        unwrapped: 1,
        left: 1,
      });
      expect(asked).toEqual(["awskms:Key"]);
    });

    it("is tried with a few spellings only, those that most wraps are under", async () => {
      const eve = await newOwner(3);
      await write(eve);
      await setRef(eve, "awskms:Key");
      await setRef(ada, "awskms:KEY");
      await plant(Array.from({ length: 20 }, (_, n) => `awskms:${" ".repeat(n + 1)}kEY`));
      expect(await found()).toContain(what);
      expect(asked.toSorted()).toEqual(["awskms:KEY", "awskms:Key", "awskms:Key"]);
      await vault("UPDATE vault_keys SET `blob` = REVERSE(`blob`) WHERE owner_id = ?", ada.ownerId);
      await platform("UPDATE dek_wraps SET `blob` = 'x' WHERE owner_id = ?", ada.ownerId);
      asked = [];
      expect(await found()).toContain("version 1 opens from neither database");
      // Eve's one; and each of ada's two copies by itself and by eight spellings, of which one may be its own.
      expect(asked.length).toBeLessThanOrEqual(1 + 2 * (1 + 8));
    });
  });
});

describe("the states of an owner's keys", () => {
  it("have one that is active, or somebody has to look", async () => {
    const remedy = "restore user_deks from its backup";
    await platform("UPDATE user_deks SET state = 'decrypt_only'");
    expect(await says()).toEqual([`${name} it has 0 active versions: ${remedy}`]);
    await platform("UPDATE user_deks SET state = 'active'");
    await addVersion(ada, "pending");
    await platform("UPDATE user_deks SET state = 'active'");
    expect(await says({ isRepairing: true })).toEqual([
      `${name} it has 2 active versions: ${remedy}`,
    ]);
  });

  it("say that a destroyed key is nowhere any more: a mirror of it is deleted", async () => {
    await addVersion(ada, "done");
    await platform("UPDATE user_deks SET state = 'destroyed' WHERE version = 1");
    await platform("DELETE FROM dek_wraps WHERE version = 1");
    expect(await says()).toEqual([
      `${name} version 1 was destroyed, and is still mirrored: delete it: ${REPAIR}`,
    ]);
    expect(await says({ isRepairing: true })).toEqual([
      `${name} version 1 was destroyed, and is still mirrored: repaired!`,
    ]);
    expect(await vault("SELECT version FROM vault_keys")).toEqual([{ version: 2 }]);
    expect(await examine()).toMatchObject({ unwrapped: 1, findings: [] });
  });
});

describe("a database that was put back", () => {
  const states = async () =>
    (await platform("SELECT version, state, swept_at FROM user_deks ORDER BY version")).map(
      (row) =>
        `${String(row["version"])} ${String(row["state"])}${row["swept_at"] === null ? "" : " swept"}`,
    );
  const restore = async (database: "platform" | "vault", table: string, rows: object[]) => {
    await test.sql(database, `DELETE FROM ${table}`);
    if (rows.length > 0) {
      await test.sql(database, `INSERT INTO ${table} VALUES ?`, rows.map(Object.values));
    }
  };
  const keys = async () => [
    await platform("SELECT * FROM dek_wraps ORDER BY version"),
    await vault("SELECT * FROM vault_keys ORDER BY version"),
  ];
  const opens = async (id: string) => getRecord(await test.open(ada.userId), entryKind, id);
  const rotate = (madeBefore: string) =>
    resealAll(test.deps, {
      who: null,
      madeBefore: new Date(madeBefore),
      graceMs: 0,
      purpose: "test",
    });
  const finish = () => rotate("2000-01-01");

  it.each([
    ["both have it", [] as string[]],
    ["the platform's wrap is gone too", ["dek_wraps"]],
    ["the mirror is gone too", ["vault_keys"]],
  ])("knows the newer key again, whose rows open then: %s", async (_, gone) => {
    const before = await platform("SELECT * FROM user_deks");
    await addVersion(ada, "done");
    const id = randomUUID();
    await write({ ...ada, vault: await test.open(ada.userId) }, id);
    const all = await keys();
    await restore("platform", "user_deks", before);
    if (gone.includes("dek_wraps")) await platform("DELETE FROM dek_wraps WHERE version = 2");
    if (gone.includes("vault_keys")) await vault("DELETE FROM vault_keys WHERE version = 2");
    await expect(opens(id)).rejects.toThrow();

    const what = `${name} the platform does not know version 2, whose key opens`;
    const held = await keys();
    expect(await says({ hasRows: true })).toEqual([`${what}: take it among its keys: ${REPAIR}`]);
    expect(await keys()).toEqual(held);
    const repaired = await says({ isThorough: false, hasRows: true, isRepairing: true });
    expect(repaired[0]).toBe(`${what}: repaired!`);
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
    expect(await keys()).toEqual(all);
    await expect(opens(id)).resolves.toMatchObject({ day: "2026-11-21" });
    expect(await says({ hasRows: true })).toEqual([]);
    const told = "SELECT actor, user_id FROM audit_events WHERE action = 'key.repaired'";
    expect((await platform(told))[0]).toEqual({ actor: "operator", user_id: ada.userId });
    expect(await finish()).toMatchObject({ finished: 1, unopened: [] });
    expect(await states()).toEqual(["1 decrypt_only swept", "2 active"]);
  });

  it("keeps the key of a rotation made since as the active one, and opens rows with what it knows again", async () => {
    const before = await platform("SELECT * FROM user_deks");
    await addVersion(ada, "done");
    const id = randomUUID();
    await write({ ...ada, vault: await test.open(ada.userId) }, id);
    await restore("platform", "user_deks", before);
    // What an operator may do first.
    expect((await rotate("2100-01-01")).unopened).not.toEqual([]);
    expect(await states()).toEqual(["1 decrypt_only", "3 active"]);
    await says({ isRepairing: true });
    expect(await states()).toEqual(["1 decrypt_only", "2 decrypt_only", "3 active"]);
    expect(await finish()).toMatchObject({ finished: 1, unopened: [] });
    await expect(opens(id)).resolves.toMatchObject({ day: "2026-11-21" });
  });

  it("lets go of a former key that was destroyed since, and that no row is under", async () => {
    const id = randomUUID();
    await write(ada, id);
    const before = await platform("SELECT * FROM user_deks");
    await addVersion(ada, "done");
    await platform("DELETE FROM dek_wraps WHERE version = 1");
    await vault("DELETE FROM vault_keys WHERE version = 1");
    await restore("platform", "user_deks", before);
    expect(await says({ isRepairing: true })).toEqual([
      `${name} the platform does not know version 2, whose key opens: repaired!`,
      `${name} version 1 opens from neither database, and no row is under it: repaired!`,
    ]);
    expect(await states()).toEqual(["1 destroyed", "2 active"]);
    await expect(opens(id)).resolves.toMatchObject({ day: "2026-11-21" });
    expect(await says({ hasRows: true })).toEqual([]);
  });

  it.each([
    ["a row is under it", "active", [], true],
    ["its mirror is there, and does not open", "done", ["dek_wraps"], true],
    ["the platform's wrap is there, and does not open", "done", ["vault_keys"], true],
    ["neither is there", "done", ["dek_wraps", "vault_keys"], false],
  ] as const)(
    "lets go of a former key only when it is nowhere, and nothing is under it: %s",
    async (_, state, gone, isKept) => {
      const copies = [
        ["platform", "dek_wraps"],
        ["vault", "vault_keys"],
      ] as const;
      await addVersion(ada, state);
      for (const [database, table] of copies) {
        const isGone = state === "active" || gone.some((name) => name === table);
        const sql = isGone
          ? `DELETE FROM ${table}`
          : `UPDATE ${table} SET \`blob\` = REVERSE(\`blob\`)`;
        await test.sql(database, `${sql} WHERE version = 1`);
      }
      const what = `${name} version 1 opens from neither database`;
      expect(await says()).toEqual([
        isKept
          ? `${what}: ${RESTORE}`
          : `${what}, and no row is under it: note it as destroyed: ${REPAIR}`,
      ]);
      await says({ isRepairing: true });
      expect(await states()).toEqual([
        isKept ? `1 decrypt_only${state === "done" ? " swept" : ""}` : "1 destroyed swept",
        "2 active",
      ]);
    },
  );

  it("lets go of no key that is in use, though nothing was written yet", async () => {
    await test.empty();
    ada = await newOwner(0);
    name = ada.ownerId.toString("hex");
    await platform("DELETE FROM dek_wraps");
    expect(await says({ isRepairing: true })).toEqual([
      `${name} version 1 opens from neither database: ${RESTORE}`,
    ]);
    expect(await states()).toEqual(["1 active"]);
  });

  it("knows several keys again, of which the newest is the active one, whatever is under them", async () => {
    const before = await platform("SELECT * FROM user_deks");
    await addVersion(ada, "done");
    await addVersion(ada, "pending");
    await restore("platform", "user_deks", before);
    const what = (version: number) =>
      `${name} the platform does not know version ${version}, whose key opens: repaired!`;
    expect(await says({ isRepairing: true })).toEqual([what(3), what(2)]);
    expect(await states()).toEqual(["1 decrypt_only", "2 decrypt_only", "3 active"]);
    expect(await says({ hasRows: true })).toEqual([]);
  });

  it("does not take another key for one that was destroyed, though rows are under it", async () => {
    await addVersion(ada, "active");
    await platform(
      "UPDATE user_deks SET state = 'destroyed', dek_id = REPEAT('x', 16) WHERE version = 1",
    );
    await platform("DELETE FROM dek_wraps WHERE version = 1");
    const mirrors = await vault("SELECT * FROM vault_keys ORDER BY version");
    const what = `${name} version 1 was destroyed, and is still mirrored, and rows may need it`;
    expect(await says({ isRepairing: true })).toEqual([`${what}: ${KEEP}`]);
    expect(await states()).toEqual(["1 destroyed", "2 active"]);
    expect(await vault("SELECT * FROM vault_keys ORDER BY version")).toEqual(mirrors);
  });

  it("takes writes, and can be accepted, where the sum was made with a key that was destroyed since", async () => {
    const [before, sums] = [
      await platform("SELECT * FROM user_deks"),
      await platform("SELECT * FROM vault_states"),
    ];
    await addVersion(ada, "done");
    await platform("DELETE FROM dek_wraps WHERE version = 1");
    await vault("DELETE FROM vault_keys WHERE version = 1");
    await restore("platform", "user_deks", before);
    await restore("platform", "vault_states", sums);
    await says({ isRepairing: true });
    const id = randomUUID();
    await write({ ...ada, vault: await test.open(ada.userId) }, id);
    expect((await verifyVault(await test.open(ada.userId))).status).toBe("violated");
    await acceptVault(await test.open(ada.userId), "test");
    expect((await verifyVault(await test.open(ada.userId))).status).toBe("ok");
    await expect(opens(id)).resolves.toMatchObject({ day: "2026-11-21" });
  });

  it("knows a destroyed key again when rows came back that need it, and never deletes its mirror", async () => {
    const id = randomUUID();
    await write(ada, id);
    const tables = ["daily_entries", "record_versions", "vault_heads", "vault_keys"];
    const before = new Map<string, object[]>();
    for (const table of tables) before.set(table, await vault(`SELECT * FROM ${table}`));
    await addVersion(ada, "done");
    await platform("UPDATE user_deks SET state = 'destroyed' WHERE version = 1");
    await platform("DELETE FROM dek_wraps WHERE version = 1");
    for (const table of tables) await restore("vault", table, before.get(table) ?? []);
    await expect(opens(id)).rejects.toThrow();

    const what = `${name} rows are under version 1, which was destroyed, and its key opens`;
    expect(await says({ hasRows: true })).toEqual([
      `${what}: take it among its keys: ${REPAIR}`,
      `${name} version 2 is not mirrored in the vault: copy it: ${REPAIR}`,
    ]);
    await says({ isRepairing: true });
    expect(await states()).toEqual(["1 decrypt_only", "2 active"]);
    await expect(opens(id)).resolves.toMatchObject({ day: "2026-11-21" });
    expect(await finish()).toMatchObject({ finished: 1, unopened: [] });
  });

  it("keeps the mirror of a destroyed key that rows are under, though its master key is away", async () => {
    await addVersion(ada, "active");
    // Others are under the newer one.
    await write({ ...ada, vault: await test.open(ada.userId) });
    await platform("UPDATE user_deks SET state = 'destroyed' WHERE version = 1");
    await platform("DELETE FROM dek_wraps WHERE version = 1");
    await vault("UPDATE vault_keys SET mek_ref = 'local:gone' WHERE version = 1");
    const what = `${name} version 1 was destroyed, and is still mirrored, and rows may need it`;
    expect(await says({ isRepairing: true })).toEqual([`${what}: ${KEEP}`]);
    expect(await vault("SELECT 1 FROM vault_keys WHERE version = 1")).toHaveLength(1);
  });

  it.each(["as it is", "while its master key is away"])(
    "never loses a key of which the number was given to another: %s",
    async (how) => {
      const before = await platform("SELECT * FROM user_deks");
      await addVersion(ada, "done");
      const [real = []] = await keys();
      await restore("platform", "user_deks", before);
      await platform("DELETE FROM dek_wraps WHERE version = 2");
      const history = await findDekHistory(test.deps.platform, ada.userId);
      if (history === null) throw new Error("there are no keys");
      const second = await test.deps.keys.createVersion(history.ownerId, 2);
      const occasion = { now: test.clock.now, purpose: "test" };
      expect(await addPendingDek(test.deps.platform, history, second, occasion)).toBe(true);
      await activateDek(test.deps.platform, history, 2, occasion);
      const away = "SET mek_ref = 'local:gone' WHERE version = 2";
      if (how !== "as it is") await vault(`UPDATE vault_keys ${away}`);
      const mirrors = await vault("SELECT * FROM vault_keys ORDER BY version");
      const rows = (table: string) =>
        `${name} 1 rows of ${table} are under version 2, as another key than the platform's: ${RESTORE}`;
      expect(await says({ isRepairing: true, hasRows: true })).toEqual([
        `${name} the mirror of version 2 is another key than the platform's, and may open: ${KEEP}`,
        rows("daily_entries"),
        rows("vault_heads"),
      ]);
      expect(await vault("SELECT * FROM vault_keys ORDER BY version")).toEqual(mirrors);

      // The other way round: the platform's wrap is the one that rows are under.
      await restore("platform", "dek_wraps", real);
      if (how !== "as it is") await platform(`UPDATE dek_wraps ${away}`);
      await vault("DELETE FROM vault_keys WHERE version = 2");
      await addMirror(test.deps.vaultDatabase, history.ownerId, second);
      const wraps = await platform("SELECT * FROM dek_wraps ORDER BY version");
      expect(await says({ isRepairing: true })).toEqual([
        `${name} the platform's wrap of version 2 is another key, and may open: ${KEEP}`,
      ]);
      expect(await platform("SELECT * FROM dek_wraps ORDER BY version")).toEqual(wraps);
    },
  );
});

describe("rows", () => {
  it("under a key that there is not, or that was destroyed, are counted, each table by itself", async () => {
    const id = randomUUID();
    await write(ada, id);
    await write(ada, id);
    expect(await examine({ hasRows: true })).toMatchObject({ findings: [] });
    const restored = (table: string, rows: number, why: string) =>
      `${name} ${rows} rows of ${table} are under version 1, which ${why}: ${RESTORE}`;
    const tables = (why: string) => [
      restored("daily_entries", 2, why),
      restored("record_versions", 1, why),
      restored("vault_heads", 1, why),
    ];
    await addVersion(ada, "active");
    await platform("UPDATE user_deks SET state = 'destroyed' WHERE version = 1");
    await platform("DELETE FROM dek_wraps WHERE version = 1");
    await vault("DELETE FROM vault_keys WHERE version = 1");
    expect(await says()).toEqual([]);
    expect(await says({ hasRows: true, isRepairing: true })).toEqual(tables("was destroyed"));
    await platform("DELETE FROM user_deks WHERE version = 1");
    expect(await says({ hasRows: true })).toEqual(tables("there is not"));
  });

  it("under a key that was swept let its rotation go on, when asked", async () => {
    await addVersion(ada, "done");
    const former = { ...ada.vault };
    await vault("DELETE FROM vault_heads");
    await write({ ...ada, vault: former });
    const what = (table: string) =>
      `${name} 1 rows of ${table} are under version 1, which was swept`;
    const remedy = `let the rotation go on, by keys:rotate --dek: ${REPAIR}`;
    expect(await says({ hasRows: true })).toEqual([
      `${what("daily_entries")}: ${remedy}`,
      `${what("vault_heads")}: ${remedy}`,
    ]);
    expect(await platform("SELECT 1 FROM user_deks WHERE swept_at IS NOT NULL")).toHaveLength(1);
    expect((await says({ hasRows: true, isRepairing: true }))[0]).toBe(
      `${what("daily_entries")}: repaired!`,
    );
    expect(await platform("SELECT 1 FROM user_deks WHERE swept_at IS NOT NULL")).toEqual([]);
    expect(await says({ hasRows: true })).toEqual([]);
  });
});

describe("what is nobody's", () => {
  it("is told of and left alone: a wrap in the platform, a mirror in the vault", async () => {
    const [x, y] = [randomBytes(16), randomBytes(16)].toSorted((a, b) => a.compare(b));
    await platform(
      "INSERT INTO dek_wraps SELECT ?, 7, method, mek_ref, suite, `blob` FROM dek_wraps",
      x,
    );
    await vault(
      "INSERT INTO vault_keys SELECT ?, 9, method, dek_id, mek_ref, suite, `blob` FROM vault_keys",
      y,
    );
    await vault(
      "INSERT INTO vault_keys SELECT owner_id, 5, method, dek_id, mek_ref, suite, `blob` FROM vault_keys WHERE version = 1",
    );
    await platform(
      "INSERT INTO dek_wraps SELECT owner_id, 6, method, mek_ref, suite, `blob` FROM dek_wraps WHERE owner_id = ?",
      ada.ownerId,
    );
    const nobodys = "nobody's: erased, planted, or the platform was put back to before it was made";
    expect((await says({ isRepairing: true })).toSorted()).toEqual(
      [
        `${x?.toString("hex")} a wrap of version 7 in the platform: ${nobodys}`,
        `${y?.toString("hex")} the platform has no version 9, which the vault has: ${nobodys}`,
        `${name} the platform has no version 5, which the vault has: ${nobodys}`,
        `${name} the platform does not know version 6, which it has wrapped: ${KEEP}`,
      ].toSorted(),
    );
    expect(await platform("SELECT 1 FROM dek_wraps")).toHaveLength(3);
    expect(await vault("SELECT 1 FROM vault_keys")).toHaveLength(3);
  });

  it("is looked for past the first five hundred", async () => {
    const rows = Array.from({ length: 1001 }, () => [randomBytes(16)]);
    await vault("CREATE OR REPLACE TEMPORARY TABLE planted (owner BINARY(16))");
    await vault("INSERT INTO planted VALUES ?", rows);
    await vault(
      "INSERT INTO vault_keys SELECT owner, 1, method, dek_id, mek_ref, suite, `blob` FROM vault_keys, planted",
    );
    const { findings } = await examine();
    expect(findings).toHaveLength(1001);
    expect(new Set(findings.map(({ ownerId }) => ownerId)).size).toBe(1001);
  });
});
