/**
 * A program: seals boxes in this process and, at the same time, in threads of it, and writes the nonce of each to its
 * output, 12 bytes one after the other.
 *
 * Usage: seal-many.ts BOXES THREADS
 */
import { isMainThread, Worker } from "node:worker_threads";
import { seal } from "../src/crypto/box.ts";
import { dataKey } from "../src/crypto/data-key.ts";

const [boxes = 0, threads = 0] = process.argv.slice(2).map(Number);
const id = Buffer.alloc(16);
const place = { table: "moods", box: "sealed", ownerId: id, rowId: id, rev: 1 };
const key = dataKey(1, Buffer.alloc(32));
const nonces = (count: number) =>
  Array.from({ length: count }, () => seal(key, place, "{}").subarray(22, 34));

// Before the threads start, so that a pool they took over would be seen.
const first = nonces(10);
if (isMainThread) {
  for (let i = 0; i < threads; i++) new Worker(import.meta.filename, { argv: [boxes, 0] });
}
process.stdout.write(Buffer.concat([...first, ...nonces(boxes - first.length)]));
