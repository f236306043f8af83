import { setImmediate as tick } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { AppError } from "../contract/errors.ts";
import { inTurn } from "./turns.ts";

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

  it("that wait behind one which finds the database away are told at once, later ones try", async () => {
    let tried = 0;
    const away = () => {
      tried++;
      return Promise.reject(new AppError("vault_unavailable"));
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => inTurn("a", away)));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: "vault_unavailable" } });
    }
    expect(tried).toBe(1);
    await expect(inTurn("a", () => Promise.resolve("done"))).resolves.toBe("done");
  });

  it("are refused when a thousand wait", async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((done) => (release = done));
    const waiting = Array.from({ length: 1000 }, () => inTurn("a", () => gate));
    await expect(inTurn("a", () => gate)).rejects.toMatchObject({ code: "overloaded" });
    release();
    await Promise.all(waiting);
  });
});
