import { randomBytes } from "node:crypto";
import { expect, it } from "@jest/globals";
import { dekIdOf } from "../../src/crypto/data-key.ts";
import type { WrapContext } from "../../src/crypto/wrap.ts";
import type { MekProvider } from "../../src/vault/mek/provider.ts";

export const dek = randomBytes(32);

export function contextOf(mekRef: string, key: Uint8Array = dek): WrapContext {
  return { ownerId: randomBytes(16), version: 3, dekId: dekIdOf(key), mekRef };
}

/** A provider, and a wrap of {@link dek} that it made. */
export async function wrapOf(provider: MekProvider) {
  const context = contextOf(await provider.current());
  return { context, wrap: await provider.wrap(dek, context) };
}

/** What every provider owes to whoever uses it. */
export function itKeepsItsPromises(suite: number, open: () => MekProvider): void {
  it("unwraps what it wrapped, and wraps never the same twice", async () => {
    const provider = open();
    const { context, wrap } = await wrapOf(provider);
    expect(wrap).toMatchObject({ suite, mekRef: context.mekRef });
    expect(wrap.blob.length).toBeLessThanOrEqual(1024);
    expect(Buffer.from(wrap.blob).includes(dek)).toBe(false);
    expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
    expect((await provider.wrap(dek, context)).blob).not.toEqual(wrap.blob);
    await expect(provider.health()).resolves.toBeUndefined();
  });

  it.each<[string, Partial<WrapContext>]>([
    ["another owner", { ownerId: randomBytes(16) }],
    ["another version", { version: 2 }],
    ["another key id", { dekId: randomBytes(16) }],
  ])("does not unwrap for %s", async (_, other) => {
    const provider = open();
    const { context, wrap } = await wrapOf(provider);
    await expect(provider.unwrap(wrap, { ...context, ...other })).rejects.toMatchObject({
      name: "DecryptionError",
    });
    expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
  });

  it("does not unwrap what was altered, cut short or made longer, and goes on unharmed", async () => {
    const provider = open();
    const { context, wrap } = await wrapOf(provider);
    const { blob } = wrap;
    const altered = [0, 8, 14, 20, 40, blob.length - 5].map((at) => {
      const copy = new Uint8Array(blob);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    });
    const spoiled = [
      ...altered,
      new Uint8Array(0),
      blob.slice(0, -1),
      blob.slice(0, 11),
      new Uint8Array([...blob, 0]),
      new Uint8Array(1024).fill(0x41),
    ];
    for (const other of spoiled) {
      await expect(provider.unwrap({ ...wrap, blob: other }, context)).rejects.toMatchObject({
        name: "DecryptionError",
      });
    }
    expect(Buffer.from(await provider.unwrap(wrap, context))).toEqual(dek);
  });

  it("does not unwrap a planted key, though it was wrapped for that very place", async () => {
    const provider = open();
    const context = contextOf(await provider.current());
    const planted = await provider.wrap(randomBytes(32), context);
    await expect(provider.unwrap(planted, context)).rejects.toMatchObject({
      name: "DecryptionError",
    });
  });

  it("names the key that it does not have, and the suite it does not know counts as one", async () => {
    const provider = open();
    const { context, wrap } = await wrapOf(provider);
    const mekRef = `${context.mekRef}-other`;
    const unknown = { name: "MekUnknown", mekRef };
    const elsewhere = { ...context, mekRef };
    await expect(provider.wrap(dek, elsewhere)).rejects.toMatchObject(unknown);
    await expect(provider.unwrap({ ...wrap, mekRef }, elsewhere)).rejects.toMatchObject(unknown);
    await expect(provider.unwrap({ ...wrap, suite: 99 }, context)).rejects.toMatchObject({
      name: "MekUnknown",
    });
  });
}
