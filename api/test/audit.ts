import { auditSealer } from "../src/jobs/seal-audit.ts";
import { recordEvents, type AuditEvent } from "../src/platform/audit.ts";
import { placeAfter, verifyNext, type Fault, type Verified } from "../src/platform/audit-verify.ts";
import { asSystem } from "../src/platform/tenancy.ts";
import type { TestApp } from "./app.ts";

const EVENT: AuditEvent = {
  subject: null,
  actor: "job",
  action: "test.done",
  purpose: "test",
  requestId: null,
};

/** Writes `count` events at the time of the clock. */
export async function record(app: TestApp, count: number, event: Partial<AuditEvent> = {}) {
  const { platform, clock } = app.deps;
  const events = Array.from({ length: count }, () => ({ ...EVENT, ...event }));
  while (events.length > 0) {
    await asSystem(() => recordEvents(platform, events.splice(0, 100), clock()));
  }
}

/** A worker of its own, as far as the audit is concerned. */
export function sealerOf(app: TestApp, deps: Partial<Parameters<typeof auditSealer>[0]> = {}) {
  const { platformDatabase, auditKeys: keys, clock, logger } = app.deps;
  return auditSealer({ execute: platformDatabase.execute, keys, clock, logger, ...deps });
}

export const later = (app: TestApp, seconds: number): void => {
  app.clock.now = new Date(app.clock.now.getTime() + seconds * 1000);
};

/** Follows the whole chain. */
export async function verify(app: TestApp, keys = app.deps.auditKeys) {
  const { platformDatabase, clock } = app.deps;
  const { execute } = platformDatabase;
  let place = await placeAfter(execute, 0n);
  let [seals, events] = [0, 0];
  for (;;) {
    if (place === null) throw new Error("unreachable");
    const step: Verified = await verifyNext({ execute, keys, clock }, place);
    seals += step.seals;
    events += step.events;
    if (step.fault !== null || step.unsealed !== null) {
      return { seals, events, fault: step.fault, unsealed: step.unsealed };
    }
    place = step.place;
  }
}

export type { Fault };
