/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { ApiError, UnreachableError } from "@/lib/api.ts";
import { createRecordSaver } from "./record-saver.ts";
import { newRecord, statusOf, type Unsent } from "./save-machine.ts";

interface Draft {
  readonly body: string;
}

/** A saver, and the requests it made, to be answered one by one. */
function openSaver() {
  const requests: {
    draft: Draft;
    rev: number | null;
    isLeaving: boolean;
    answer: (rev: number) => void;
    fail: (error: Error) => void;
  }[] = [];
  const kept: (Unsent<Draft> | null)[] = [];
  let isFull = false;
  const saver = createRecordSaver("one", newRecord<Draft>({ body: "" }), {
    put: (_, draft, rev, isLeaving) =>
      new Promise((resolve, reject) => {
        requests.push({
          draft,
          rev,
          isLeaving,
          answer: (next) => resolve({ fields: draft, rev: next, at: 1 }),
          fail: reject,
        });
      }),
    currentOf: () => ({ fields: { body: "theirs" }, rev: 9, at: 1 }),
    noteSaved: () => undefined,
    keep: (_, unsent) => {
      if (isFull) return Promise.reject(new Error("full"));
      kept.push(unsent);
      return Promise.resolve(unsent !== null);
    },
    now: Date.now,
  });
  return { saver, requests, kept, last: () => requests.at(-1), fill: () => (isFull = true) };
}

const wait = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe("a saver", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it("sends after a pause in typing, and not before", async () => {
    const { saver, requests } = openSaver();
    saver.edit({ body: "a" });
    await wait(500);
    saver.edit({ body: "ab" });
    await wait(500);
    expect(requests).toHaveLength(0);
    await wait(400);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ draft: { body: "ab" }, rev: null });
  });

  it("does not wait for ever for somebody who never pauses", async () => {
    const { saver, requests } = openSaver();
    for (let typed = 0; typed < 30; typed += 1) {
      saver.edit({ body: "x".repeat(typed + 1) });
      await wait(300);
    }
    expect(requests.length).toBeGreaterThan(0);
  });

  it("sends the next change when the one before is acknowledged, with its revision", async () => {
    const { saver, requests, last } = openSaver();
    saver.edit({ body: "a" });
    saver.flush();
    saver.edit({ body: "ab" });
    saver.flush();
    await wait(5000);
    expect(requests).toHaveLength(1);
    last()?.answer(11);
    await wait(1000);
    expect(last()).toMatchObject({ draft: { body: "ab" }, rev: 11 });
    last()?.answer(12);
    await wait(0);
    expect(statusOf(saver.getState())).toBe("saved");
  });

  it("tries again by itself, less and less often, until it is through", async () => {
    const { saver, requests, last } = openSaver();
    saver.edit({ body: "a" });
    saver.flush();
    for (let failure = 0; failure < 4; failure += 1) {
      last()?.fail(new UnreachableError());
      await wait(0);
      expect(statusOf(saver.getState())).toBe(failure === 0 ? "retrying" : "offline");
      const before = requests.length;
      await wait(700 * 2 ** failure);
      expect(requests).toHaveLength(before);
      await wait(700 * 2 ** failure);
      expect(requests).toHaveLength(before + 1);
    }
    last()?.answer(1);
    await wait(0);
    expect(statusOf(saver.getState())).toBe("saved");
  });

  it("waits as long as the API asks for", async () => {
    const { saver, requests, last } = openSaver();
    saver.edit({ body: "a" });
    saver.flush();
    last()?.fail(new ApiError("vault_unavailable", { retryAfterSeconds: 20 }));
    await wait(19_000);
    expect(requests).toHaveLength(1);
    await wait(2_000);
    expect(requests).toHaveLength(2);
  });

  it("does not repeat what the API will not take", async () => {
    const { saver, requests, last } = openSaver();
    saver.edit({ body: "a" });
    saver.flush();
    last()?.fail(new ApiError("payload_too_large"));
    await wait(120_000);
    expect(requests).toHaveLength(1);
    expect(statusOf(saver.getState())).toBe("refused");
  });

  it("does not repeat for ever what the API cannot compare with what is stored", async () => {
    const { saver, requests, last } = openSaver();
    saver.edit({ body: "a" });
    saver.flush();
    last()?.fail(new ApiError("record_unreadable"));
    await wait(120_000);
    expect(requests).toHaveLength(1);
    expect(saver.getState()).toMatchObject({
      draft: { body: "a" },
      phase: { at: "refused", because: { code: "record_unreadable" } },
    });
    expect(saver.isUnsaved()).toBe(true);
  });

  it("lets the last request outlive the page", async () => {
    const { saver, last } = openSaver();
    saver.edit({ body: "a" });
    saver.flushLeaving();
    await wait(0);
    expect(last()?.isLeaving).toBe(true);
  });

  it("sends nothing while it is held", async () => {
    const { saver, requests, last } = openSaver();
    saver.edit({ body: "a" });
    saver.flush();
    const held = saver.hold();
    saver.edit({ body: "ab" });
    last()?.answer(1);
    await held;
    await wait(60_000);
    expect(requests).toHaveLength(1);
    saver.release();
    await wait(1000);
    expect(requests).toHaveLength(2);
  });

  it("keeps on the device what is typed until the server has it", async () => {
    const { saver, kept, last } = openSaver();
    saver.edit({ body: "a" });
    await wait(300);
    expect(kept).toEqual([{ draft: { body: "a" }, rev: null, unsure: [] }]);
    expect(saver.isOnlyHere()).toBe(false);
    saver.edit({ body: "ab" });
    saver.flushLeaving();
    await wait(0);
    expect(kept.at(-1)).toMatchObject({ draft: { body: "ab" }, unsure: [{ body: "ab" }] });
    last()?.fail(new UnreachableError());
    await wait(300);
    expect(statusOf(saver.getState())).toBe("offline");
    saver.flush();
    last()?.answer(4);
    await wait(300);
    expect(kept.at(-1)).toBeNull();
    expect(statusOf(saver.getState())).toBe("saved");
  });

  it("lets go of what was decided against, and of what is saved as the session is renewed", async () => {
    const { saver, kept, last } = openSaver();
    saver.edit({ body: "mine" });
    await wait(1000);
    last()?.fail(new ApiError("rev_mismatch"));
    await wait(0);
    saver.edit({ body: "mine, more" });
    await wait(1000);
    expect(kept.at(-1)).toMatchObject({ draft: { body: "mine, more" } });
    saver.resolve("theirs");
    saver.flush();
    await wait(1000);
    expect(kept.at(-1)).toBeNull();

    saver.edit({ body: "again" });
    await wait(1000);
    saver.signedIn();
    last()?.answer(10);
    await wait(1000);
    expect(kept.at(-1)).toBeNull();
  });

  it("says so when the device cannot keep it", async () => {
    const { saver, fill, last } = openSaver();
    fill();
    saver.edit({ body: "a" });
    saver.flush();
    last()?.fail(new UnreachableError());
    await wait(300);
    expect(statusOf(saver.getState())).toBe("retrying");
    expect(saver.isOnlyHere()).toBe(true);
  });

  it("lets go of what is discarded, also when it is being kept just then", async () => {
    const { saver, kept } = openSaver();
    saver.edit({ body: "a" });
    await wait(300);
    saver.edit({ body: "ab" });
    saver.flushLeaving();
    saver.discard();
    await wait(1000);
    expect(kept.at(-1)).toBeNull();
  });
});
