/**
 * What the keys cost: wrapping and unwrapping a data key under a key of the keyring, blind values, and the cache. The
 * peers are the calls of node:crypto inside them, with everything they are given made beforehand.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from "node:crypto";
import { dataKey, dekIdOf } from "../../api/src/crypto/data-key.ts";
import { nonce, randomBytes } from "../../api/src/crypto/random.ts";
import { unwrapDek, wrapDek } from "../../api/src/crypto/wrap.ts";
import { openBench } from "./databases.ts";
import { compare, inRow, type Part, type Row } from "./measure.ts";
import { makeWriter } from "./serving.ts";

const OPTIONS = { authTagLength: 16 };

export const keys: Part = {
  name: "keys",
  title: "unwrapping data keys, blind values and the cache of keys",
  run: async (say) => {
    say("wraps");
    const wraps = await measureWraps();
    say("blind values");
    const blind = await measureBlind();
    say("the cache, with a MariaDB of its own");
    const cache = await measureCache();
    return {
      tables: [
        { title: "Wrapped data keys", rows: wraps },
        { title: "Blind values", rows: blind },
        { title: "The cache of keys", rows: cache },
      ],
      targets: [],
    };
  },
};

async function measureWraps(): Promise<Row[]> {
  const mek = createSecretKey(randomBytes(32));
  const newMek = createSecretKey(randomBytes(32));
  const dek = randomBytes(32);
  const context = {
    ownerId: randomBytes(16),
    version: 1,
    dekId: dekIdOf(dek),
    mekRef: "local:0123456789abcdef",
  };
  const wrap = wrapDek(mek, dek, context);
  const iv = nonce();
  const aad = randomBytes(80);
  const rawWrap = () => {
    const cipher = createCipheriv("aes-256-gcm", mek, iv, OPTIONS).setAAD(aad);
    const ciphertext = cipher.update(dek);
    cipher.final();
    return { ciphertext, tag: cipher.getAuthTag() };
  };
  const { ciphertext, tag } = rawWrap();
  const rawUnwrap = () => {
    const decipher = createDecipheriv("aes-256-gcm", mek, iv, OPTIONS).setAAD(aad);
    decipher.setAuthTag(tag).update(ciphertext);
    decipher.final();
  };
  const unwrapping = await compare([
    { name: "raw decrypt of 32 bytes", run: rawUnwrap },
    { name: "unwrapDek (checks the id)", run: () => unwrapDek(mek, wrap, context) },
    {
      name: "unwrapDek, dataKey, one subkey",
      run: () => dataKey(1, unwrapDek(mek, wrap, context)).boxKey("daily_entries"),
    },
  ]);
  const wrapping = await compare([
    { name: "raw encrypt of 32 bytes", run: rawWrap },
    { name: "wrapDek", run: () => wrapDek(mek, dek, context) },
    {
      name: "re-wrap: unwrap, wrap, unwrap again",
      run: () => {
        const opened = unwrapDek(mek, wrap, context);
        unwrapDek(newMek, wrapDek(newMek, opened, context), context);
      },
    },
  ]);
  return [...unwrapping, ...wrapping].map(inRow);
}

async function measureBlind(): Promise<Row[]> {
  const key = dataKey(1, randomBytes(32));
  const rawKey = createSecretKey(randomBytes(32));
  const blind = await compare([
    {
      name: "raw HMAC-SHA256",
      run: () => createHmac("sha256", rawKey).update("2026-11-21", "utf8").digest(),
    },
    { name: "blind", run: () => key.blind("daily_entries", "dayKey", "2026-11-21") },
  ]);
  return blind.map(inRow);
}

async function measureCache(): Promise<Row[]> {
  const { inst, close } = await openBench();
  try {
    const { userId } = await makeWriter(inst, 0);
    const use = { actor: "user", purpose: "bench", requestId: null } as const;
    const cache = await compare([
      { name: "a key in memory", run: () => inst.keys.openKeys(userId, use) },
      {
        name: "a key from the database: read, record, unwrap",
        run: () => {
          inst.keys.forget(userId);
          return inst.keys.openKeys(userId, use);
        },
      },
    ]);
    return cache.map(inRow);
  } finally {
    await close();
  }
}
