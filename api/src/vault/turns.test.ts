import { setImmediate as tick } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { AppError } from "../contract/errors.ts";
import { inTurn, isAwaited } from "./turns.ts";

describe("an owner's changes", () => {
  it("run one after the other, in the order they came", async () => {
    const seen: string[] = [];
    await Promise.all(
      [1, 2, 3].map((n) =>
        inTurn("a", async () => {
          seen.push(`${n} begins`);
          await tick();
          seen.push(`${n} ends`);
        }),
      ),
    );
    expect(seen).toEqual(["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
  });

  it("do not wait for another owner's", async () => {
    let release: () => void = () => undefined;
    const held = inTurn("a", () => new Promise<void>((done) => (release = done)));
    await expect(inTurn("b", () => Promise.resolve("done"))).resolves.toBe("done");
    release();
    await held;
  });

  it("go on after one that fails", async () => {
    const failing = inTurn("a", () => Promise.reject(new Error("no")));
    const next = inTurn("a", () => Promise.resolve("done"));
    await expect(failing).rejects.toThrow("no");
    await expect(next).resolves.toBe("done");
  });

  it.each(["vault_unavailable", "platform_unavailable"] as const)(
    "that wait behind one which finds the database away are told at once, later ones try: %s",
    async (code) => {
      let tried = 0;
      const away = () => {
        tried++;
        return Promise.reject(new AppError(code));
      };
      const outcomes = await Promise.allSettled(
        Array.from({ length: 50 }, () => inTurn("a", away)),
      );
      for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code } });
      expect(tried).toBe(1);
      await expect(inTurn("a", () => Promise.resolve("done"))).resolves.toBe("done");
    },
  );

  it("that come when a database was found away try it, though others are still being refused", async () => {
    const away = () => Promise.reject(new AppError("vault_unavailable"));
    const done = () => Promise.resolve("done");
    const first = inTurn("a", away);
    const waiting = Array.from({ length: 5 }, () => inTurn("a", done));
    // In the very moment in which the first is refused: the five are told after this.
    const again = first.catch(() => inTurn("a", done));
    const refused = { reason: { code: "vault_unavailable" } };
    for (const outcome of await Promise.allSettled(waiting)) expect(outcome).toMatchObject(refused);
    await expect(again).resolves.toBe("done");
  });

  it("that begin beside those who are refused run one after the other all the same", async () => {
    let [running, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++running);
      await tick();
      running--;
    };
    const first = inTurn("a", () => Promise.reject(new AppError("platform_unavailable")));
    const waiting = Array.from({ length: 20 }, () => inTurn("a", work));
    const second = first.catch(() => inTurn("a", work));
    await Promise.allSettled(waiting);
    await Promise.all([second, inTurn("a", work), inTurn("a", work)]);
    expect(most).toBe(1);
  });

  it("that wait behind one which is refused are not refused with it", async () => {
    const refused = inTurn("a", () => Promise.reject(new AppError("rev_mismatch")));
    const next = inTurn("a", () => Promise.resolve("done"));
    await expect(refused).rejects.toMatchObject({ code: "rev_mismatch" });
    await expect(next).resolves.toBe("done");
  });

  it("run one after the other whenever they come, also while the last of those before is at it", async () => {
    const gates: (() => void)[] = [];
    let [running, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((done) => gates.push(done));
      running--;
    };
    const [first, second] = [inTurn("a", work), inTurn("a", work)];
    await tick();
    gates.shift()?.();
    await first;
    await tick();
    const third = inTurn("a", work);
    await tick();
    expect(most).toBe(1);
    gates.shift()?.();
    await second;
    await tick();
    gates.shift()?.();
    await third;
    expect(most).toBe(1);
  });

  it("are awaited when another one waits behind the one that runs", async () => {
    expect(isAwaited("a")).toBe(false);
    const seen: boolean[] = [];
    const look = async () => {
      await tick();
      seen.push(isAwaited("a"));
    };
    await Promise.all([inTurn("a", look), inTurn("a", look)]);
    expect(seen).toEqual([true, false]);
    expect(isAwaited("a")).toBe(false);
  });

  it("are refused when a thousand wait", async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((done) => (release = done));
    const waiting = Array.from({ length: 1000 }, () => inTurn("a", () => gate));
    await expect(inTurn("a", () => gate)).rejects.toMatchObject({
      code: "overloaded",
      particulars: { retryAfterSeconds: 2 },
    });
    release();
    await Promise.all(waiting);
  });
});
