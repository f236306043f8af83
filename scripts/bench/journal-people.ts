import { randomUUID } from "../../api/src/crypto/random.ts";
import { addDays } from "../../api/src/lib/day.ts";
import type { Client, Loop } from "./auth-clients.ts";
import * as z from "zod";

const NEWEST_DAY = "2026-11-21";
const BODY_BYTES = 2048;
/** How many of their entries a person goes on writing. */
const WRITTEN = 20;

/** Somebody who keeps a journal on a server, and what they do again and again. */
export interface Writer {
  readonly get: Loop;
  readonly list: Loop;
  readonly put: Loop;
  /** Their access token, in place of one that ends soon. */
  signIn(accessToken: string): void;
}

/** The entry of the `n`th day before the newest. @param version - Another text, from its beginning, for each. */
export const newEntry = (n: number, version = 0) => ({
  day: addDays(NEWEST_DAY, -n),
  time: "21:30",
  title: "A day in November",
  body: bodyOf(version),
  pillarIds: [randomUUID()],
  tags: ["home", "reading", "rain"],
  moodId: randomUUID(),
});

function bodyOf(version: number): string {
  const line = "It rained all day, and I stayed at home with a book. ";
  const begin = String(version).padStart(8, "0");
  return `${begin} ${line.repeat(BODY_BYTES / line.length + 1)}`.slice(0, BODY_BYTES);
}

const Written = z.object({ id: z.string(), rev: z.number().default(0) });

/**
 * Writes `count` entries, one a day, and returns whoever did.
 *
 * @param isGuarded - Whether the server gives revisions, which a write then names.
 */
export async function makeWriter(
  client: Client,
  accessToken: string,
  count: number,
  isGuarded: boolean,
): Promise<Writer> {
  let authorization = `Bearer ${accessToken}`;
  const entries: z.output<typeof Written>[] = [];
  const send = async (
    id: string,
    body: ReturnType<typeof newEntry>,
    guard: Readonly<Record<string, string>> = {},
  ) => {
    const headers = { authorization, ...guard };
    const reply = await client.send({ method: "PUT", path: `/api/entries/${id}`, headers, body });
    return Written.parse(JSON.parse(reply.text));
  };
  for (let n = 0; n < count; n++) entries.push(await send(randomUUID(), newEntry(n)));
  let turn = 0;
  const next = (among: number) => {
    const place = turn++ % among;
    const entry = entries[place];
    if (entry === undefined) throw new Error("There are no entries.");
    return { place, ...entry };
  };
  const read = (path: string) => client.send({ path, headers: { authorization } });
  return {
    get: () => read(`/api/entries/${next(count).id}`),
    list: () => read("/api/entries?limit=30"),
    put: async () => {
      const { id, rev, place } = next(Math.min(count, WRITTEN));
      // Another text each time, so that no state is a moment of the sitting before and left out.
      const body = newEntry(place, turn);
      entries[place] = await send(id, body, isGuarded ? { "if-match": `"${rev}"` } : {});
    },
    signIn: (token) => {
      authorization = `Bearer ${token}`;
    },
  };
}
