import { setTimeout as sleep } from "node:timers/promises";
import { addDays } from "../../api/src/lib/day.ts";
import { randomUUID } from "../../api/src/crypto/random.ts";
import { asSystem } from "../../api/src/platform/tenancy.ts";
import { insertDek } from "../../api/src/platform/deks.ts";
import { entryKind, listEntries } from "../../api/src/features/entries/entries.ts";
import { getRecord, putRecord } from "../../api/src/vault/records.ts";
import { openVault } from "../../api/src/vault/user-vault.ts";
import type { Installation } from "../keys/installation.ts";
import { watchPauses, type Pauses } from "./pauses.ts";

const USE = { actor: "job", purpose: "bench", requestId: null } as const;
/** Between two requests of a person. */
const THINKING_MS = 5;
/** Over which their entries are spread. */
const DAYS = 365;

export interface Writer {
  readonly userId: string;
  /** Of their entries. */
  readonly ids: readonly string[];
}

export interface Served {
  readonly requests: number;
  readonly perSecond: number;
  readonly pauses: Pauses;
}

/** Signs up somebody who has written `count` entries of 2 KiB. */
export async function makeWriter(inst: Installation, count: number): Promise<Writer> {
  const user = { id: randomUUID(), tenantId: randomUUID() };
  const { ownerId, dek } = await inst.keys.createDek();
  await asSystem(async () => {
    await inst.platform.tenant.create({ data: { id: user.tenantId, name: "bench" } });
    const profile = { email: `${user.id}@example.org`, displayName: "bench", timeZone: "UTC" };
    await inst.platform.user.create({ data: { ...user, ...profile } });
    await insertDek(inst.platform, user, ownerId, dek);
  });
  const writer = { userId: user.id, ids: Array.from({ length: count }, () => randomUUID()) };
  for (const [n, id] of writer.ids.entries()) await write(inst, writer.userId, id, n);
  return writer;
}

/** Serves reads, lists and writes to each writer, one after the other, until `work` is done. */
export async function serveDuring(
  inst: Installation,
  writers: readonly Writer[],
  work: Promise<unknown>,
): Promise<Served> {
  let isOver = false;
  let requests = 0;
  const over = work.finally(() => {
    isOver = true;
  });
  const began = performance.now();
  const pauses = watchPauses();
  const serve = async ({ userId, ids }: Writer) => {
    for (let n = 0; !isOver; n++) {
      const id = ids[n % ids.length] ?? "";
      const vault = await openVault(inst, userId, USE);
      if (n % 4 === 0) await write(inst, userId, id, n);
      else if (n % 4 === 1) await listEntries(vault, { limit: 50 });
      else await getRecord(vault, entryKind, id);
      requests++;
      await sleep(THINKING_MS);
    }
  };
  await Promise.all([over, ...writers.map(serve)]);
  const seconds = (performance.now() - began) / 1000;
  return { requests, perSecond: requests / seconds, pauses: pauses() };
}

async function write(inst: Installation, userId: string, id: string, n: number): Promise<void> {
  const vault = await openVault(inst, userId, USE);
  const day = addDays("2026-01-01", n % DAYS);
  const fields = entryKind.fields.parse({ day, body: "w".repeat(2048) });
  await putRecord(vault, entryKind, id, { fields, guard: undefined, now: new Date() });
}
