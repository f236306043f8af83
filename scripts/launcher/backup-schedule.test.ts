import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { dueAt, scheduleOf, timesIn } from "./backup-schedule.ts";
import { readSettings } from "./settings.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-11-22T03:00:00Z");
const ago = (hours: number) => NOW - hours * HOUR;
const schedule = { backupEveryMs: 24 * HOUR, drillEveryMs: 7 * 24 * HOUR };
const settings = (env: Record<string, string>, isDev = false) => readSettings(env, { isDev });

describe("backups while TimOS runs", () => {
  it("are made every day and drilled every week, unless told otherwise", () => {
    expect(scheduleOf(settings({}))).toEqual(schedule);
    expect(scheduleOf(settings({ BACKUP_EVERY_HOURS: "1", DRILL_EVERY_DAYS: "0" }))).toEqual({
      backupEveryMs: HOUR,
      drillEveryMs: 0,
    });
    expect(scheduleOf(settings({ TIMOS_BACKUPS: "0" }))).toBeNull();
    expect(scheduleOf(settings({ BACKUP_EVERY_HOURS: "0" }))).toBeNull();
    expect(scheduleOf(settings({}, true))).toBeNull();
    expect(() => scheduleOf(settings({ BACKUP_EVERY_HOURS: "daily" }))).toThrow(
      /BACKUP_EVERY_HOURS must be a number/,
    );
  });

  it("of databases of one's own are made when one says so", () => {
    const given = { PLATFORM_DATABASE_URL: "mysql://a@b/c", VAULT_DATABASE_URL: "mysql://a@b/d" };
    expect(scheduleOf(settings(given))).toBeNull();
    expect(scheduleOf(settings({ ...given, BACKUP_EVERY_HOURS: "24" }))).toEqual(schedule);
  });

  it("come before their drill, and are tried again an hour after one that failed", () => {
    const times = { backupAt: 0, drillAt: 0, triedAt: 0 };
    expect(dueAt(NOW, schedule, times)).toBe("backup");
    expect(dueAt(NOW, schedule, { ...times, triedAt: ago(0.5) })).toBeNull();
    expect(dueAt(NOW, schedule, { ...times, triedAt: ago(1) })).toBe("backup");
    expect(dueAt(NOW, schedule, { ...times, backupAt: ago(0), triedAt: ago(0) })).toBe("drill");
    const drilled = { backupAt: ago(23), drillAt: ago(23), triedAt: ago(23) };
    expect(dueAt(NOW, schedule, drilled)).toBeNull();
    expect(dueAt(NOW, schedule, { ...drilled, backupAt: ago(24) })).toBe("backup");
    expect(dueAt(NOW, { ...schedule, drillEveryMs: 0 }, { ...drilled, drillAt: 0 })).toBeNull();
  });

  it("do not wait for a time that a clock which was ahead has noted", () => {
    const ahead = { backupAt: ago(-9000), drillAt: ago(-9000), triedAt: ago(-9000) };
    expect(dueAt(NOW, schedule, ahead)).toBe("backup");
    expect(dueAt(NOW, schedule, { ...ahead, backupAt: NOW, triedAt: NOW })).toBe("drill");
    expect(dueAt(NOW, schedule, { ...ahead, backupAt: NOW, drillAt: NOW })).toBeNull();
  });

  it("that came out well are remembered where that cannot be written down", () => {
    const folder = mkdtempSync(join(tmpdir(), "timos-schedule-"));
    const said: string[] = [];
    const times = { backupAt: NOW, drillAt: 0, triedAt: NOW };
    try {
      const file = join(folder, "backup/schedule.json");
      timesIn(file, (line) => said.push(line)).note(times);
      expect(said).toEqual([]);
      expect(timesIn(file, (line) => said.push(line)).read()).toEqual(times);
      writeFileSync(join(folder, "occupied"), "");
      const lost = timesIn(join(folder, "occupied/schedule.json"), (line) => said.push(line));
      expect(lost.read().backupAt).toBe(0);
      lost.note(times);
      expect(lost.read()).toEqual(times);
      expect(said).toEqual([expect.stringMatching(/cannot be noted/)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
