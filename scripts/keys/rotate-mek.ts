import { stagedKey } from "../../api/src/crypto/keyring.ts";
import { recordEvents } from "../../api/src/platform/audit.ts";
import { asSystem } from "../../api/src/platform/tenancy.ts";
import { localKeyring } from "../../api/src/vault/mek/local.ts";
import type { MekProvider } from "../../api/src/vault/mek/provider.ts";
import type { ProviderName } from "../../api/src/vault/mek/providers.ts";
import {
  countLeft,
  proveMek,
  rewrapAll,
  type Unmoved,
} from "../../api/src/vault/rotation/rewrap.ts";
import type { Installation } from "./installation.ts";
import { activate, readKeys, stage } from "./keyring-file.ts";
import { count, duration, meter, stopSignal } from "./terminal.ts";

const PURPOSE = "keys:rotate --mek";
/** Beside what servers keep in memory: how long a sign-up may take from wrapping a key to storing it. */
const SIGN_UP_SECONDS = 15;
/** A key service is called by several at once; the keyring here is as fast as the processor. */
const CALLS_AT_ONCE = 16;

export interface MekRotation {
  readonly provider: ProviderName | undefined;
  readonly isStageOnly: boolean;
  readonly isDryRun: boolean;
  /** How long to wait before the second look, for tests. */
  readonly settleSeconds?: number;
}

/** @returns whether every data key is under the new master key, or nothing had to be done. */
export async function rotateMek(inst: Installation, options: MekRotation): Promise<boolean> {
  const name = options.provider ?? inst.meks.names[0] ?? "local";
  const provider = inst.meks.of(name);
  if (name !== inst.meks.names[0]) {
    console.log(
      `New accounts are still wrapped by ${String(inst.meks.names[0])}: set MEK_PROVIDER=${name} for the servers, or this finds no end.`,
    );
  }
  if (options.isStageOnly && name !== "local") {
    throw new Error(
      `${name} has its keys in its own configuration; only the keyring is staged here.`,
    );
  }
  if (options.isDryRun) return foresee(inst, name, provider);
  const isReady = name === "local" ? await prepareLocal(inst, options.isStageOnly) : true;
  if (!isReady) return true;
  await provider.health();
  return move(inst, provider, options);
}

/** Stages a key, proves it and makes it current, unless a rotation to the current one is under way. */
async function prepareLocal(inst: Installation, isStageOnly: boolean): Promise<boolean> {
  const file = keyringOf(inst);
  const staged = stagedKey(readKeys(file));
  const current = await localKeyring(file).current();
  if (!isStageOnly && staged === undefined) {
    const left = await countLeft(inst, current);
    if (left > 0) {
      console.log(`${count(left)} wraps are not under ${current} yet: going on with that.`);
      return true;
    }
  }
  const found = await stage(file, current);
  // Another command has made a new key current meanwhile.
  if (found === null) return prepareLocal(inst, isStageOnly);
  const { id, isNew } = found;
  console.log(`${isNew ? "Staged" : "Found staged"}: local:${id}, which wraps nothing yet.`);
  if (isStageOnly) {
    console.log(
      `Copy ${file} to every server and to where its copy is kept, then: npm run keys:rotate -- --mek`,
    );
    return false;
  }
  await proveMek(localKeyring(file), `local:${id}`);
  await activate(file, id);
  console.log(`Current: ${await localKeyring(file).current()}`);
  console.log(`Keep a copy of ${file}, apart from the backups of the databases.`);
  return true;
}

async function foresee(
  inst: Installation,
  name: ProviderName,
  provider: MekProvider,
): Promise<boolean> {
  const current = await provider.current();
  const staged = name === "local" ? stagedKey(readKeys(keyringOf(inst))) : undefined;
  const left = await countLeft(inst, current);
  const isNew = name === "local" && (staged !== undefined || left === 0);
  const target = isNew ? (staged === undefined ? "a new key" : `local:${staged.id}`) : current;
  const total = isNew ? await countLeft(inst, "") : left;
  console.log(
    `Would move ${count(total)} wraps in both databases under ${target}. Nothing was done.`,
  );
  return true;
}

async function move(
  inst: Installation,
  provider: MekProvider,
  { settleSeconds = settleSecondsOf(inst) }: MekRotation,
): Promise<boolean> {
  const { signal, release } = stopSignal();
  const progress = meter();
  const isLocal = (await provider.current()).startsWith("local:");
  await noteInAudit(inst, "begins");
  let isWaiting = false;
  try {
    const { target, platform, vault, unmoved, isFinished } = await rewrapAll(inst, {
      target: provider.current,
      atOnce: isLocal ? 1 : CALLS_AT_ONCE,
      settleMs: settleSeconds * 1000,
      signal,
      onProgress: ({ done, total, waitingMs }) => {
        if (waitingMs > 0 && !isWaiting) {
          progress.wait(
            `Nothing is left. Looking once more in ${duration(waitingMs / 1000)}, for what may be on its way.`,
          );
        }
        isWaiting = waitingMs > 0;
        if (!isWaiting) progress.show(done, total, "re-wrapped");
      },
    });
    progress.end();
    console.log(`Re-wrapped ${count(platform)} in the platform and ${count(vault)} in the vault.`);
    for (const wrap of unmoved) console.error(describe(wrap));
    if (!isFinished) {
      console.log("Stopped. To go on: npm run keys:rotate -- --mek");
      return false;
    }
    if (unmoved.length > 0) {
      await noteInAudit(inst, `is done but for ${count(unmoved.length)} wraps`);
      console.error(
        `${count(unmoved.length)} wraps were left as they are: npm run keys:doctor. ` +
          "As long as they are, a new master key is made by npm run keys:rotate -- --mek --stage-only, and the same without --stage-only.",
      );
      return false;
    }
    await noteInAudit(inst, "is done");
    console.log(
      `Every data key is under ${target}, counted twice in both databases. Once no backup is left that is older than today: ` +
        "npm run keys:retire -- --mek <former key> (npm run keys:status names it)",
    );
    return true;
  } finally {
    progress.end();
    release();
  }
}

const describe = ({ database, ownerId, version, method, mekRef, why }: Unmoved) =>
  `  ${database}: owner ${ownerId}, version ${version}, method ${method}, under ${mekRef}: ${why}`;

async function noteInAudit({ platform, clock }: Installation, what: string): Promise<void> {
  const event = { subject: null, actor: "operator", requestId: null } as const;
  const purpose = `${PURPOSE}: ${what}`;
  await asSystem(() =>
    recordEvents(platform, [{ ...event, action: "key.rewrapped", purpose }], clock()),
  );
}

/** How long a wrap under a former master key may be on its way into a table. */
export function settleSecondsOf({ config }: Installation): number {
  return config.vault.keyCacheSeconds + SIGN_UP_SECONDS;
}

export function keyringOf({ config }: Installation): string {
  const file = config.vault.masterKeys.local?.file;
  if (file === undefined) throw new Error("KEYRING_FILE is not set.");
  return file;
}
