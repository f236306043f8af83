import type { contract, Me } from "@timos/api/contract";
import type { Client, Send } from "@/lib/api.ts";
import { addDays, clockIn, dayFor } from "@/lib/day.ts";
import { localMark, remembered } from "@/lib/remembered.ts";
import type { Session } from "@/lib/session.ts";
import { openChannel } from "@/lib/tabs.ts";
import { createCarrier } from "./carrier.ts";
import { canKeep, deleteDatabase } from "./database.ts";
import { createKeeper } from "./keeper.ts";
import { createOutbox } from "./outbox.ts";
import { joinTabs } from "./tab.ts";
import { removeWorker } from "./worker-removal.ts";

export type Keeping = Exclude<Awaited<ReturnType<typeof startKeeping>>, null>;

interface Surroundings {
  readonly userId: string;
  readonly session: Session;
  /** Sends by `carrier.carry`, once that carries. */
  readonly api: Client<typeof contract>;
  /** What waited was sent. */
  readonly noteSent: () => void;
}

/** What can be read without a connection; the service worker keeps no others. */
const PAGES = [
  "/today",
  "/calendar",
  "/entries",
  "/week",
  "/on-this-day",
  "/insights",
  "/habits",
  "/pillars",
  "/moods",
  "/templates",
  "/reminders",
];
const WARM_DAYS = 14;
const WARM_AGAIN_MS = 6 * 3_600_000;
const WARM_PAUSE_MS = 300;

/** Begins to keep what one person writes and reads on this device; null where the browser keeps nothing. */
export async function startKeeping({ userId, session, api, noteSent }: Surroundings) {
  if (!canKeep()) return null;
  // A sign-out that was cut short is finished first.
  if (leaving.isSet()) await wipe();
  const keeper = createKeeper({ userId, tabs: await joinTabs(), now: Date.now });
  if (!(await keeper.start())) return null;

  const outbox = createOutbox({
    keeper,
    push: api.sync.push,
    alone: (work) =>
      navigator.locks.request("timos.outbox", { ifAvailable: true }, async (lock) =>
        lock === null ? null : work(),
      ),
    tellTabs: () => channel.post("outbox"),
    noteSent,
  });
  const channel = openChannel<"outbox">("timos.keeping", () => void outbox.read());
  const user = (): Me => {
    const state = session.getState();
    if (!("user" in state)) throw new Error("A private page is asked for by nobody.");
    return state.user;
  };
  const carry: Send = session.send;
  const carrier = createCarrier({ send: carry, keeper, outbox, user, now: Date.now });
  await outbox.read();

  /** Follows what becomes of the session. */
  async function follow() {
    const state = session.getState();
    if (state.status === "signed_in") {
      await keeper.start();
      if (remembered.isSet()) await keeper.know(state.user);
      await outbox.flush();
    } else if (state.status === "over") {
      // By choice everything goes, which the tab does where that was chosen; this one keeps nothing from here on.
      if (state.because === "signed_out" || state.because === "replaced") keeper.stop();
      else await keeper.removeCopies();
    }
  }

  function lastDays(): string[] {
    const { timeZone, dayStartHour } = user();
    const today = dayFor(clockIn(timeZone, new Date()), dayStartHour);
    return Array.from({ length: WARM_DAYS }, (_, index) => addDays(today, -index));
  }

  /** Lets the pages open without a connection, for whoever stays signed in. */
  async function install(noteNewer: (load: () => void) => void) {
    if (!remembered.isSet()) return;
    const pages = [...PAGES, ...lastDays().map((day) => `/day/${day}`)];
    const { registerWorker } = await import("./worker.ts");
    await registerWorker(pages, noteNewer);
  }

  /** Reads the last days ahead, so that they are there when there is no connection. */
  async function warm(isWanted: () => boolean) {
    if (!remembered.isSet()) return;
    for (const day of lastDays()) {
      const kept = await keeper.findAnswer(`/api/days/${day}`);
      if (kept !== null && Date.now() - kept.at < WARM_AGAIN_MS) continue;
      await new Promise((resolve) => setTimeout(resolve, WARM_PAUSE_MS));
      if (!isWanted() || !carrier.isReached() || session.getState().status !== "signed_in") return;
      await api.days.get({ params: { day } });
    }
  }

  return { keeper, outbox, carrier, follow, install, warm, stop: () => outbox.stop() };
}

/** A sign-out that is not through as long as something is kept. */
const leaving = localMark("timos.leaving");

/** Removes everything that this device keeps, of anybody. */
async function wipe(): Promise<void> {
  remembered.set(false);
  await Promise.all([removeWorker(), deleteDatabase()]);
  leaving.set(false);
}

/** Does `leave`, which ends the session by choice, and removes everything that this device keeps, once that is done. */
export async function wipeAfter<T>(leave: () => Promise<T>): Promise<T> {
  const left = await leave();
  if (canKeep()) {
    leaving.set(true);
    await wipe();
  }
  return left;
}
