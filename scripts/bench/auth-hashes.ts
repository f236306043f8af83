/** What a password hash takes by itself: no sign-in is cheaper, whoever does what else besides it. */
import * as rust from "@node-rs/argon2";
import argon2 from "argon2";
import { compare, type Table } from "./measure.ts";

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const PASSWORD = "correct horse battery staple";

/** Verifying a password, one after the other, by the package that TimOS uses and by the other one. */
export async function measureHashes(): Promise<Table> {
  const ofRust = await rust.hash(PASSWORD, COST);
  const ofC = await argon2.hash(PASSWORD, { ...COST, type: argon2.argon2id });
  const measured = await compare(
    [
      { name: "@node-rs/argon2", run: () => rust.verify(ofRust, PASSWORD) },
      { name: "argon2", run: () => argon2.verify(ofC, PASSWORD) },
    ],
    { rounds: 15, batchMs: 200 },
  );
  return {
    title: "The hash alone, argon2id m=19456 t=2 p=1",
    rows: measured.map(({ name, cpuMicroseconds, perSecond, ratio }) => ({
      package: name,
      "CPU µs": cpuMicroseconds,
      "× @node-rs/argon2": ratio,
      "a second, one after the other": perSecond,
    })),
  };
}
