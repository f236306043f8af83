import { AppError } from "../../contract/errors.ts";
import { describeFault } from "../../platform/audit-fault.ts";
import { fromDatetime } from "../../platform/audit-statements.ts";
import {
  placeAfter,
  verifyNext,
  type Fault,
  type Place,
  type VerifyDeps,
} from "../../platform/audit-verify.ts";

/** How much one call verifies: about a second of work, in pieces of a few milliseconds. */
const EVENTS_A_CALL = 10_000;
const SEALS_A_CALL = 400;

/**
 * Verifies the audit's chain from the seal after `cursor` on, for as far as one call goes.
 *
 * @throws AppError `invalid_request` when there is no seal `cursor`.
 */
export async function verifyAudit(deps: VerifyDeps, cursor: string | undefined) {
  let place = await placeAfter(deps.execute, BigInt(cursor ?? 0));
  if (place === null) {
    const message = "must be the nextCursor of the part before";
    throw new AppError("invalid_request", { errors: [{ path: "query.cursor", message }] });
  }
  let [seals, events] = [0, 0];
  for (;;) {
    const step = await verifyNext(deps, place);
    const { fault, unsealed } = step;
    place = step.place;
    seals += step.seals;
    events += step.events;
    const isOver = fault !== null || unsealed !== null;
    if (!isOver && events < EVENTS_A_CALL && seals < SEALS_A_CALL) continue;
    return {
      status: fault === null ? ("intact" as const) : ("violated" as const),
      seals,
      events,
      fault: fault && toFault(fault),
      head: headOf(place),
      unsealed: unsealed && {
        count: unsealed.count,
        since: unsealed.since === null ? null : fromDatetime(unsealed.since).toISOString(),
      },
      nextCursor: isOver ? null : String(place.id),
    };
  }
}

const toFault = (fault: Fault) => ({
  kind: fault.kind,
  sealId: fault.sealId === null ? null : String(fault.sealId),
  eventId: fault.eventId === null ? null : String(fault.eventId),
  detail: describeFault(fault),
});

const headOf = ({ id, hash }: Place) =>
  id === 0n ? null : `${id}:${Buffer.from(hash).toString("hex")}`;
