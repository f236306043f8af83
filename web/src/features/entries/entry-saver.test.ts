/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Entry } from "@timos/api/contract";
import { ApiError, UnreachableError } from "@/lib/api.ts";
import { blankDraft, type Draft } from "./draft.ts";
import { createEntrySaver } from "./entry-saver.ts";
import { newEntry, statusOf } from "./save-machine.ts";

const ID = "9f1c1e0e-7a53-4c43-9c55-0f6f6f1d2a01";
const blank = blankDraft("2026-11-21", null);

function entryOf(draft: Draft, rev: number): Entry {
  const at = "2026-11-21T10:00:00.000Z";
  return { ...draft, pillarIds: [], tags: [], id: ID, rev, createdAt: at, updatedAt: at };
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
  const saver = createEntrySaver(ID, newEntry(blank), {
    put: (_, draft, rev, isLeaving) =>
      new Promise((resolve, reject) => {
        requests.push({
          draft,
          rev,
          isLeaving,
          answer: (next) => resolve(entryOf(draft, next)),
          fail: reject,
        });
      }),
    currentOf: () => null,
    noteSaved: () => undefined,
    now: Date.now,
  });
  return { saver, requests, last: () => requests.at(-1) };
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
      expect(statusOf(saver.getState())).toBe("retrying");
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
});
