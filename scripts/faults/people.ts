import { randomUUID } from "node:crypto";
import { call, type Person } from "../../api/test/people.ts";
import type { Running } from "./journal.ts";

export const write = async (
  person: Person,
  id: string,
  title: string,
  body = "",
): Promise<number> => {
  const sent = { body: { day: "2026-11-21", title, body } };
  const reply = await person.call("PUT", `/api/entries/${id}`, sent);
  if (reply.status >= 300) throw new Error(`writing failed with ${reply.status}`);
  return Number(reply.body["rev"]);
};

/** Fills a journal with entries whose words do not compress once they are sealed. */
export async function writeMany(person: Person, count: number, bytes: number): Promise<void> {
  for (let i = 0; i < count; i++)
    await write(person, randomUUID(), `Entry ${i}`, "x".repeat(bytes));
}

/** The title of an entry as its owner reads it, signed in anew; the status when they cannot. */
export async function readAs(app: Running, person: Person, id: string): Promise<unknown> {
  const { email, password } = person;
  const reply = await call(app, "POST", "/api/auth/login", { body: { email, password } });
  if (reply.status !== 200) return `login ${reply.status}`;
  const headers = { authorization: `Bearer ${String(reply.body["accessToken"])}` };
  const read = await call(app, "GET", `/api/entries/${id}`, { headers });
  return read.status === 200 ? read.body["title"] : read.status;
}
