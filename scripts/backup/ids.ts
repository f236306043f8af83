import { randomBytes } from "node:crypto";

/** Such as `20261122T090000Z-1a2b3c`: when a backup began, in UTC, and something of its own. They sort by time. */
export const BACKUP_ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{6}$/;

/** The name of the backup that begins at an instant. All sets of one run have the same. */
export function newBackupId(at: Date): string {
  const second = at.toISOString().replace(/[-:]|\.\d+/g, "");
  return `${second}-${randomBytes(3).toString("hex")}`;
}

/** When a backup began; undefined where a name is none of a backup. */
export function beganAt(id: string): Date | undefined {
  const [, ...digits] = BACKUP_ID.exec(id) ?? [];
  const [year = "", month = "", day = "", hour = "", minute = "", second = ""] = digits;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
