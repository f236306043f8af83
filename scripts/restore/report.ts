import { count } from "../keys/terminal.ts";
import type { Settings } from "../launcher/settings.ts";
import type { Chosen } from "./chosen.ts";
import type { Replaced } from "./in-place.ts";
import type { Backups } from "./load.ts";
import { storedBytes } from "./refusals.ts";
import type { Target } from "./target.ts";

interface Plan {
  readonly backups: Backups;
  readonly settings: Settings;
  readonly isNew: boolean;
  readonly isRefused: boolean;
}

/** What is about to be done, in lines. */
export function describePlan({ backups, settings, isNew, isRefused }: Plan): string[] {
  const { store, manifests } = backups;
  const where =
    settings.given.databases === undefined ? settings.dataFolder : "the databases given";
  const lines = manifests.map(({ set, id, takenAt, tables }) => {
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    return `  ${set.padEnd(8)}  ${id}  as of ${takenAt}  ${tables.length} tables, ${count(rows)} rows`;
  });
  const megabytes = count(Math.ceil(storedBytes(manifests) / 1_000_000));
  const into = isNew ? "in a data folder of its own" : `in place of what is in ${where}`;
  return [
    `From ${store.name}, ${megabytes} MB, ${into}:`,
    ...lines,
    ...(isRefused
      ? [
          "Nothing was changed. What is there now would be kept beside it. To do it, add --yes; --dry-run reads every file first.",
        ]
      : []),
  ];
}

interface Done {
  readonly backups: Backups;
  readonly chosen: Chosen;
  readonly dataFolder: string;
  readonly kind: Target["kind"];
  readonly isScratch: boolean;
}

/** What was done, and what is left to do, in lines. */
export function describeResult(result: Replaced, done: Done): string[] {
  const { backups, chosen, kind } = done;
  const { owners, accepted, violated, locked, left, told, safetyCopies } = result;
  const [first] = backups.manifests;
  const sets = backups.manifests.map(({ set }) => set).join(", ");
  const withPlatform = chosen.journal.some(({ set }) => set === "platform");
  const all = violated.length + locked.length === 0;
  return [
    `Restored: ${sets}, as of ${first?.takenAt ?? "?"}.`,
    `${count(owners)} vaults were compared with what they should hold; ` +
      (accepted === 0
        ? all
          ? "all do."
          : `${count(owners - violated.length - locked.length)} do.`
        : `${count(accepted)} are of another time than the other database, and were taken as they are.`),
    ...violated.map(
      (owner) =>
        `✗ ${owner} does not hold what it should: npm run vault:verify; to take it as it is, npm run vault:accept -- --owner ${owner}`,
    ),
    ...locked.map((owner) => `✗ the keys of ${owner} do not unwrap: npm run keys:doctor -- --all`),
    ...left.map((line) => `✗ ${line}`),
    ...(withPlatform ? ["Everybody has to sign in again; API tokens have to be made anew."] : []),
    ...toldLine(told, kind),
    ...copiesLines(safetyCopies, chosen.keys !== null),
    ...nextLine(done),
  ];
}

function toldLine(told: number | null, kind: Target["kind"]): string[] {
  if (told === null || (told === 0 && kind === "given")) {
    return [
      "✗ No server could be told: restart the API and the worker, which may hold what was read before.",
    ];
  }
  return told === 0 ? [] : [`${told} processes that run were told to forget what they had read.`];
}

function copiesLines(copies: readonly string[], holdsKeys: boolean): string[] {
  if (copies.length === 0) return [];
  const when = holdsKeys
    ? "It holds keys: drop it within KEYS_BACKUP_DAYS, as receipts of erasure promise"
    : "When all is well, drop it";
  return [
    `What was there is kept as ${copies.join(", ")}. ${when}: npm run restore -- --drop-copies --yes`,
  ];
}

function nextLine({ kind, isScratch, dataFolder }: Done): string[] {
  if (isScratch) {
    return [
      `To look at it: TIMOS_DATA_DIR=${dataFolder} npm start`,
      `It holds keys and everything they open. When you have seen it: rm -r ${dataFolder}`,
    ];
  }
  return kind === "new" || kind === "stopped" ? ["Now start TimOS: npm start"] : [];
}
