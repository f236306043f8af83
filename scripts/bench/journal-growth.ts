import type { ServerProcess } from "./auth-processes.ts";
import { drive } from "./auth-clients.ts";
import type { Writer } from "./journal-people.ts";
import { atMost, median, type Report, type Row } from "./measure.ts";

const SAMPLES = 12;

/** What memory a server holds, with garbage collected, while people read, list and write for some minutes. */
export async function measureGrowth(
  server: ServerProcess,
  writers: readonly Writer[],
  minutes: number,
): Promise<Report> {
  const loops = writers.flatMap(({ get, list, put }) => [get, list, put]);
  // Caches fill at first, and what is needed is compiled.
  await drive(loops, { ms: 5000 });
  const samples: Row[] = [];
  let requests = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    requests += (await drive(loops, { ms: (minutes * 60_000) / SAMPLES })).count;
    const { rss, heapUsed, external } = await server.memory();
    const MiB = 1024 * 1024;
    samples.push({
      requests,
      "heap, MiB": heapUsed / MiB,
      "outside of it, MiB": external / MiB,
      "resident, MiB": rss / MiB,
    });
  }
  const third = SAMPLES / 3;
  const growth = (column: string) => {
    const values = samples.map((sample) => Number(sample[column]));
    return median(values.slice(-third)) / median(values.slice(0, third));
  };
  return {
    tables: [{ title: `Memory during ${minutes} minutes of reading and writing`, rows: samples }],
    targets: [
      atMost("heap, last third of the load / first", 1.1, growth("heap, MiB")),
      atMost("resident memory, last third of the load / first", 1.1, growth("resident, MiB")),
    ],
  };
}
