import type { Me } from "@timos/api/contract";
import { type Send, UnreachableError } from "@/lib/api.ts";
import { clockIn, dayFor, weekdayOf } from "@/lib/day.ts";
import { isObject } from "@/lib/shapes.ts";
import { changeOf, idIn, recordOf, withChanges } from "./changes.ts";
import { blankDay, type DayView, type KindOfDay, withoutRecord, withRecord } from "./day-views.ts";
import type { Keeper } from "./keeper.ts";
import type { Outbox } from "./outbox.ts";

export type Carrier = ReturnType<typeof createCarrier>;

interface Surroundings {
  readonly send: Send;
  readonly keeper: Pick<Keeper, "keepAnswer" | "findAnswer">;
  readonly outbox: Pick<Outbox, "add" | "flush" | "changes" | "isWaiting">;
  readonly user: () => Me;
  readonly now: () => number;
}

/** What is asked of the journal to show it, and can be shown as it was: of all entries the newest, a page of them. */
const READ =
  /^\/api\/(?:(?:today|days|moods|pillars|habits|templates|prompts|weekly-recaps|on-this-day|insights)\b|entries\?limit=50$)/;
const DAY = /^\/api\/days\/(\d{4}-\d\d-\d\d)$/;
const WRITTEN =
  /^\/api\/(entries|feels|daily-recaps|habits|pillars|mood-logs)\/([\w-]+)(?:\/[\w-]+)?(?:\/(\d{4}-\d\d-\d\d))?$/;

const LAST_DAY = "/api/today";

/**
 * Carries requests to the API, and does without it where it is out of reach: what is asked is answered as it last was, and
 * presses of a button wait for it.
 */
export function createCarrier({ send, keeper, outbox, user, now }: Surroundings) {
  const listeners = new Set<() => void>();
  let isReached = true;
  /** When the oldest of what is shown for want of a connection was read. */
  let shownFrom: number | null = null;
  /** What is kept is read, changed and written back one after the other. */
  let writing: Promise<unknown> = Promise.resolve();

  function note(next: boolean, from: number | null) {
    const changed = isReached !== next || shownFrom !== from;
    [isReached, shownFrom] = [next, from];
    if (changed) for (const listener of listeners) listener();
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = writing.then(work);
    writing = done.catch(() => undefined);
    return done;
  }

  /** What the server says, or null when it does not. */
  async function reach(...request: Parameters<Send>): Promise<Response | null> {
    try {
      const response = await send(...request);
      const isOfApi = response.headers.get("content-type")?.includes("json") ?? false;
      // What stands before the API answers for it.
      if (response.status >= 502 && !isOfApi) return unreached();
      note(true, null);
      return response;
    } catch (error) {
      if (!isOutOfReach(error)) throw error;
      return unreached();
    }
  }

  function unreached() {
    note(false, shownFrom);
    return null;
  }

  const carry: Send = async (path, init, who) => {
    const method = init.method ?? "GET";
    if (who !== "user") return send(path, init, who);
    if (method === "GET") return READ.test(path) ? read(path, init) : reached(path, init);
    const asked = changeOf(path, method, () =>
      typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : undefined,
    );
    if (asked === null) {
      const response = await reached(path, init);
      if (response.ok) noteLater(path, method, response.clone());
      return response;
    }
    // What waits for the server already is not to be overtaken.
    const response = outbox.isWaiting(path) ? null : await reach(path, init, "user");
    if (response === null) return postpone(asked);
    if (response.ok) noteLater(path, method, response.clone());
    return response;
  };

  /** As the server says; @throws UnreachableError when it does not. */
  async function reached(path: string, init: Parameters<Send>[1]): Promise<Response> {
    const response = await reach(path, init, "user");
    if (response === null) throw new UnreachableError();
    return response;
  }

  async function read(path: string, init: Parameters<Send>[1]): Promise<Response> {
    const response = await reach(path, init, "user");
    if (response === null) return fromKept(path);
    if (response.status !== 200) return response;
    const text = await response.text();
    const view = isDayView(path) ? dayViewIn(text) : null;
    if (view === null) void inTurn(() => keeper.keepAnswer(path, text));
    else {
      void inTurn(() => keepDay(view, path === LAST_DAY));
      return answerWith(withChanges(view, outbox.changes()));
    }
    return new Response(text, { status: 200 });
  }

  async function keepDay(view: DayView, isToday: boolean) {
    const text = JSON.stringify(view);
    await keeper.keepAnswer(dayPath(view.day), text);
    if (isToday) await keeper.keepAnswer(LAST_DAY, text);
  }

  async function fromKept(path: string): Promise<Response> {
    await writing;
    if (!isDayView(path)) {
      const kept = await keeper.findAnswer(path);
      if (kept === null) throw new UnreachableError();
      note(false, Math.min(shownFrom ?? kept.at, kept.at));
      return new Response(kept.answer, { status: 200 });
    }
    const { timeZone, dayStartHour } = user();
    const today = dayFor(clockIn(timeZone, new Date(now())), dayStartHour);
    const day = DAY.exec(path)?.[1] ?? today;
    const found = await findDay(dayPath(day));
    if (found !== null) {
      note(false, Math.min(shownFrom ?? found.at, found.at));
      return answerWith(withChanges(found.view, outbox.changes()));
    }
    // Of other days nothing may be said that is not known; this one can be begun.
    if (day !== today) throw new UnreachableError();
    const last = await findDay(LAST_DAY);
    const blank = blankDay(day, weekdayOf(day), last?.view ?? null);
    return answerWith(withChanges(blank, outbox.changes()));
  }

  async function findDay(path: string) {
    const kept = await keeper.findAnswer(path);
    return kept && { view: dayViewIn(kept.answer), at: kept.at };
  }

  /** Lets a change wait, and answers as the server will. @throws UnreachableError when it cannot be kept either. */
  async function postpone(asked: NonNullable<ReturnType<typeof changeOf>>): Promise<Response> {
    const known = asked.day === null ? null : await findDay(dayPath(asked.day));
    const view = known && withChanges(known.view, outbox.changes());
    const change = {
      ...asked,
      id: asked.id ?? idIn(view, asked),
      order: now(),
      refused: null,
    };
    if (!(await outbox.add(change))) throw new UnreachableError();
    const record = recordOf(change, change.order);
    return record === null ? new Response(null, { status: 204 }) : answerWith(record.record);
  }

  /** Between two keystrokes, and not in one. */
  const noteLater = (...written: Parameters<typeof noteWritten>) =>
    void inTurn(async () => {
      await untilIdle();
      await noteWritten(...written);
    });

  /** Takes a change that the server has into the day that is kept, so that it is shown out of reach as well. */
  async function noteWritten(path: string, method: string, response: Response) {
    const [, group, id] = WRITTEN.exec(path) ?? [];
    if (group === undefined || id === undefined) return;
    const record = method === "DELETE" ? null : kindOfDay(group, await response.json());
    if (record !== null) {
      const kept = await findDay(dayPath(record.record.day));
      if (kept !== null) await keepDay(withRecord(kept.view, record), false);
      return;
    }
    // Which day it was on is not in the request; where it is kept it is the one that is shown, or the last.
    const last = method === "DELETE" ? await findDay(LAST_DAY) : null;
    const days = new Set([DAY_IN.exec(path)?.[1], last?.view.day]);
    for (const day of days) {
      const kept = day === undefined ? null : await findDay(dayPath(day));
      if (kept === null) continue;
      const gone = DAY_IN.test(path) ? checkedIn(kept.view, group, id) : id;
      if (gone !== undefined) await keepDay(withoutRecord(kept.view, gone), false);
    }
  }

  return {
    carry,
    /** As `carry`, and never with something that was kept: for whoever has to know how it is now. */
    carryFresh: ((path, init, who) =>
      (init.method ?? "GET") === "GET" ? send(path, init, who) : carry(path, init, who)) as Send,
    isReached: () => isReached,
    shownFrom: () => shownFrom,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const DAY_IN = /\/(\d{4}-\d\d-\d\d)$/;

const dayPath = (day: string) => `/api/days/${day}`;
/** As the API wrote it, just now or when it was kept: what was kept by another contract the keeper does not give. */
const dayViewIn = (answer: string) => JSON.parse(answer) as DayView;

const isDayView = (path: string) => path === LAST_DAY || DAY.test(path);

const answerWith = (body: unknown) =>
  new Response(JSON.stringify(body), {
    status: 200,
    headers: { "content-type": "application/json" },
  });

const untilIdle = (): Promise<void> =>
  new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) {
      requestIdleCallback(() => resolve(), { timeout: 500 });
    } else setTimeout(resolve);
  });

function isOutOfReach(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof UnreachableError ||
    (error instanceof DOMException && error.name === "TimeoutError")
  );
}

/** What is written under an address: the record itself, or what was checked of a habit or scored of a pillar. */
const KINDS = {
  entries: "entries",
  feels: "feels",
  "daily-recaps": "daily-recaps",
  habits: "habit-checks",
  pillars: "pillar-scores",
  "mood-logs": "mood-logs",
} as const satisfies Readonly<Record<string, KindOfDay["kind"]>>;

function kindOfDay(group: string, record: unknown): KindOfDay | null {
  // A habit and a pillar are written under such an address too, and are of no day.
  if (!Object.hasOwn(KINDS, group) || !isObject(record) || !("day" in record)) return null;
  return { kind: KINDS[group as keyof typeof KINDS], record } as unknown as KindOfDay;
}

/** The id of what was checked of a habit, or scored of a pillar. */
const checkedIn = (view: DayView, group: string, parent: string): string | undefined =>
  group === "habits"
    ? view.habits.find(({ habit }) => habit.id === parent)?.check?.id
    : view.scores.find(({ pillarId }) => pillarId === parent)?.id;
