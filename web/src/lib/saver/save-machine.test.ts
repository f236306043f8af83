/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ApiError } from "@/lib/api.ts";
import { sameValue } from "./same-value.ts";
import {
  isKept,
  isUnsaved,
  keptRecord,
  newRecord,
  type SaveEvent as AnySaveEvent,
  type SaveState as AnySaveState,
  statusOf,
  step,
  type Stored,
  storedRecord,
  unsentOf,
  unsentRecord,
} from "./save-machine.ts";

interface Draft {
  readonly body: string;
  readonly tags: readonly string[];
}
type SaveEvent = AnySaveEvent<Draft>;
type SaveState = AnySaveState<Draft>;

const draft = (body: string): Draft => ({ body, tags: ["sea"] });
const entry = (body: string, rev: number): Stored<Draft> => ({ fields: draft(body), rev, at: 1 });
const edited = (body: string): SaveEvent => ({ is: "edited", draft: draft(body) });
const due: SaveEvent = { is: "due" };
const lost: SaveEvent = { is: "lost" };
const acknowledged = (rev: number): SaveEvent => ({ is: "acknowledged", rev, at: 1 });
const mismatched = (current: Stored<Draft> | null): SaveEvent => ({
  is: "mismatched",
  current,
  at: 1,
});
const after = (state: SaveState, ...events: SaveEvent[]) =>
  events.reduce((before, event) => step(before, event), state);
const blank = newRecord(draft(""));

describe("an entry being written", () => {
  it("is nothing to save until something is typed, and again when that is taken back", () => {
    expect(statusOf(blank)).toBe("blank");
    expect(after(blank, due)).toBe(blank);
    expect(statusOf(after(blank, edited("a")))).toBe("unsaved");
    expect(statusOf(after(blank, edited("a"), edited("")))).toBe("blank");
  });

  it("is saved only by the server's acknowledgement", () => {
    const sending = after(blank, edited("a"), due);
    expect(statusOf(sending)).toBe("saving");
    expect(isUnsaved(sending)).toBe(true);
    expect(statusOf(after(sending, acknowledged(1)))).toBe("saved");
  });

  it("is not saved when it was changed on the way", () => {
    const state = after(blank, edited("a"), due, edited("ab"), acknowledged(1));
    expect(statusOf(state)).toBe("unsaved");
    expect(state.rev).toBe(1);
    expect(after(state, due).phase).toEqual({ at: "sending", sent: draft("ab") });
  });

  it("sends one request at a time", () => {
    const sending = after(blank, edited("a"), due);
    expect(after(sending, due)).toBe(sending);
    expect(after(sending, edited("ab"), due).phase).toEqual({ at: "sending", sent: draft("a") });
  });

  it("says that it retries from the first failure until it is through", () => {
    const waiting = after(blank, edited("a"), due, lost);
    expect(statusOf(waiting)).toBe("retrying");
    expect(statusOf(after(waiting, due))).toBe("retrying");
    expect(statusOf(after(waiting, due, lost, due, acknowledged(1)))).toBe("saved");
  });

  it("keeps what was refused, and tries again when it is changed", () => {
    const refused = after(blank, edited("a"), due, {
      is: "refused",
      because: new ApiError("payload_too_large"),
    });
    expect(statusOf(refused)).toBe("refused");
    expect(after(refused, due)).toBe(refused);
    expect(statusOf(after(refused, edited("b")))).toBe("unsaved");
  });

  it("waits for the sign-in", () => {
    const signedOut = after(blank, edited("a"), due, { is: "unauthenticated" });
    expect(statusOf(signedOut)).toBe("signed_out");
    expect(after(signedOut, due)).toBe(signedOut);
    expect(statusOf(after(signedOut, { is: "signed_in" }))).toBe("unsaved");
  });
});

describe("a retry that finds the entry there already", () => {
  it("knows its own creation again", () => {
    const state = after(blank, edited("a"), due, lost, due, mismatched(entry("a", 4)));
    expect(statusOf(state)).toBe("saved");
    expect(state.rev).toBe(4);
  });

  it("knows an earlier attempt again although more was typed since", () => {
    const state = after(
      blank,
      edited("a"),
      due,
      lost,
      edited("ab"),
      due,
      mismatched(entry("a", 4)),
    );
    expect(statusOf(state)).toBe("unsaved");
    expect(state.rev).toBe(4);
    expect(statusOf(after(state, due, acknowledged(5)))).toBe("saved");
  });

  it("sends again when what may have arrived was taken back", () => {
    const state = after(storedRecord(entry("a", 1)), edited("ab"), due, lost, edited("a"));
    expect(isUnsaved(state)).toBe(true);
    const found = after(state, due, mismatched(entry("ab", 2)));
    expect(statusOf(found)).toBe("unsaved");
    expect(statusOf(after(found, due, acknowledged(3)))).toBe("saved");
  });
});

describe("a conflict", () => {
  const conflict = after(
    storedRecord(entry("a", 1)),
    edited("mine"),
    due,
    mismatched(entry("theirs", 2)),
  );

  it("keeps both versions, and what is typed meanwhile", () => {
    expect(statusOf(conflict)).toBe("changed_elsewhere");
    const state = after(conflict, edited("mine, more"), due);
    expect(statusOf(state)).toBe("changed_elsewhere");
    expect(state.draft.body).toBe("mine, more");
    expect(state.phase).toMatchObject({ theirs: { fields: { body: "theirs" } } });
  });

  it("shows the newest of theirs", () => {
    const state = after(conflict, { is: "read", stored: entry("theirs again", 3) });
    expect(state.phase).toMatchObject({ theirs: { fields: { body: "theirs again" }, rev: 3 } });
    expect(after(state, { is: "read", stored: entry("theirs", 2) })).toBe(state);
  });

  it("ends with mine over theirs, knowing their revision", () => {
    const state = after(conflict, { is: "resolved", keep: "mine" });
    expect(state).toMatchObject({ rev: 2, draft: { body: "mine" } });
    expect(statusOf(after(state, due, acknowledged(3)))).toBe("saved");
  });

  it("ends with theirs, saved as it is", () => {
    const state = after(conflict, { is: "resolved", keep: "theirs" });
    expect(state.draft.body).toBe("theirs");
    expect(statusOf(state)).toBe("saved");
  });

  it("with a deletion ends with mine made anew", () => {
    const gone = after(storedRecord(entry("a", 1)), edited("mine"), due, mismatched(null));
    expect(statusOf(gone)).toBe("changed_elsewhere");
    const state = after(gone, { is: "resolved", keep: "mine" });
    expect(state).toMatchObject({ rev: null, draft: { body: "mine" } });
    expect(isUnsaved(state)).toBe(true);
  });
});

describe("what was read from the server", () => {
  it("is shown when nothing is unsaved, and only if it is newer", () => {
    const saved = storedRecord(entry("a", 3));
    expect(after(saved, { is: "read", stored: entry("b", 4) }).draft.body).toBe("b");
    expect(after(saved, { is: "read", stored: entry("old", 2) })).toBe(saved);
  });

  it("never writes over what is typed", () => {
    const typing = after(storedRecord(entry("a", 3)), edited("ab"));
    expect(after(typing, { is: "read", stored: entry("b", 4) })).toBe(typing);
  });

  it("counts as unsaved when a deletion is undone", () => {
    expect(isUnsaved(unsentRecord(draft("a")))).toBe(true);
  });
});

/** One entry on a server that others write to as well, over a network that loses questions and answers. */
class Server {
  stored: Stored<Draft> | null = null;
  private lastRev = 0;

  write(body: Draft, rev: number | null): SaveEvent {
    const isGuarded = rev === null ? this.stored === null : this.stored?.rev === rev;
    if (!isGuarded) return mismatched(this.stored);
    this.lastRev += 1;
    this.stored = { fields: body, rev: this.lastRev, at: 1 };
    return acknowledged(this.lastRev);
  }
}

describe("what this device keeps", () => {
  const waiting = after(blank, edited("a"), due, lost);

  it("is said only of what is on the screen, and never to be saved", () => {
    expect(statusOf(waiting)).toBe("retrying");
    const kept = after(waiting, { is: "kept", draft: draft("a") });
    expect([statusOf(kept), isKept(kept), isUnsaved(kept)]).toEqual(["offline", true, true]);
    expect(statusOf(after(kept, edited("ab")))).toBe("unsaved");
    expect(statusOf(after(kept, { is: "kept", draft: null }))).toBe("retrying");
  });

  it("goes on in another tab from the revision it began with, and knows its own writing again", () => {
    const killed = after(storedRecord(entry("a", 3)), edited("ab"), due, edited("abc"));
    const unsent = unsentOf(killed);
    expect(unsent).toEqual({ draft: draft("abc"), rev: 3, unsure: [draft("ab")] });
    const next = after(keptRecord(unsent), due, mismatched(entry("ab", 4)));
    expect(statusOf(next)).toBe("unsaved");
    expect(statusOf(after(next, due, acknowledged(5)))).toBe("saved");
    const other = after(keptRecord(unsent), due, mismatched(entry("other", 4)));
    expect(statusOf(other)).toBe("changed_elsewhere");
    expect(other.draft).toEqual(draft("abc"));
  });

  it("is not more for each attempt that failed", () => {
    const failing = Array.from({ length: 50 }, (_, index) => [edited(`a${index}`), due, lost]);
    expect(unsentOf(after(blank, ...failing.flat())).unsure.length).toBeLessThan(10);
  });
});

describe("whatever happens in whatever order", () => {
  const happening = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("type" as const),
        text: fc.constantFrom("a", "b", "c", ""),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("due", "answer" as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom("lose question", "lose answer", "read" as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("sign out", "sign in" as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("other writes" as const),
        text: fc.constantFrom("x", "y"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("resolve" as const),
        keep: fc.constantFrom("mine" as const, "theirs" as const),
      }),
    },
  );

  it("nothing typed is lost, nothing of others is overwritten unseen, and `saved` is true", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const server = new Server();
        let state = blank;
        let othersWrote: Stored<Draft> | null = null;
        for (const each of happenings) {
          const { sent } = state.phase.at === "sending" ? state.phase : { sent: null };
          const before = state;
          switch (each.do) {
            case "type":
              state = step(state, edited(each.text));
              break;
            case "due":
              state = step(state, due);
              break;
            case "answer":
              if (sent) state = step(state, server.write(sent, state.rev));
              break;
            case "lose question":
              if (sent) state = step(state, lost);
              break;
            case "lose answer":
              if (sent) {
                server.write(sent, state.rev);
                state = step(state, lost);
              }
              break;
            case "sign out":
              if (sent) state = step(state, { is: "unauthenticated" });
              break;
            case "sign in":
              state = step(state, { is: "signed_in" });
              break;
            case "read":
              if (server.stored) state = step(state, { is: "read", stored: server.stored });
              break;
            case "other writes":
              server.write(draft(each.text), server.stored?.rev ?? null);
              othersWrote = server.stored;
              break;
            case "resolve":
              state = step(state, { is: "resolved", keep: each.keep });
              break;
          }
          // What is on the screen changes by typing, by choosing, and where nothing was unsaved.
          if (each.do !== "type" && each.do !== "resolve" && isUnsaved(before)) {
            expect(state.draft).toBe(before.draft);
          }
          // What another wrote goes only when the person has chosen, having it before their eyes.
          if (othersWrote && server.stored !== othersWrote) {
            expect(server.stored?.rev).toBeGreaterThan(othersWrote.rev);
            expect(
              state.rev === null || state.rev >= othersWrote.rev || state.unsure.length > 0,
            ).toBe(true);
          }
          if (statusOf(state) === "saved" && server.stored?.rev === state.rev) {
            expect(sameValue(server.stored.fields, state.draft)).toBe(true);
          }
        }
        // Left alone with a network that works, it comes to rest.
        state = step(state, { is: "signed_in" });
        for (let turn = 0; turn < 6 && state.phase.at !== "conflict"; turn += 1) {
          state = step(state, due);
          if (state.phase.at === "sending")
            state = step(state, server.write(state.phase.sent, state.rev));
        }
        expect(["saved", "blank", "changed_elsewhere"]).toContain(statusOf(state));
      }),
      { numRuns: 2000 },
    );
  });
});
