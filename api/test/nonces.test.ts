import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "@jest/globals";
import { program } from "./program.ts";

describe("a nonce", () => {
  it("does not come twice in processes and threads that seal at the same time", async () => {
    const [processes, threads, boxes] = [3, 2, 12_000];
    const outputs = await Promise.all(
      Array.from({ length: processes }, async () => {
        const args = [program("api/test/seal-many.ts"), `${boxes}`, `${threads}`];
        const child = spawn(process.execPath, args, {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const [output] = await Promise.all([buffer(child.stdout), once(child, "exit")]);
        expect(child.exitCode).toBe(0);
        return output;
      }),
    );
    const all = Buffer.concat(outputs);
    const total = processes * (1 + threads) * boxes;
    expect(all).toHaveLength(total * 12);
    const nonces = Array.from({ length: total }, (_, i) => all.subarray(i * 12, i * 12 + 12));
    expect(new Set(nonces.map((nonce) => nonce.toString("hex"))).size).toBe(total);
  }, 60_000);
});
