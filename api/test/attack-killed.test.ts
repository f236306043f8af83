import { randomInt, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, testEnvironment, type TestApp } from "./app.ts";
import { call, signUp, type Person } from "./people.ts";
import { launch, listening, type RunningApi } from "./process.ts";

/**
 * Several instances of the API serve the same people, and are killed at any moment: between what was announced to the
 * platform, the COMMIT in the vault, and what is noted after it. No sequence of what people may do, nor any kill, makes
 * a vault look violated, and nothing that was acknowledged is lost.
 */

const INSTANCES = 2;
const PEOPLE = 3;
const KILLS = 6;

let app: TestApp;
let folder: string;
let environment: Readonly<Record<string, string>>;
const instances: RunningApi[] = [];

beforeAll(async () => {
  app = await openTestApp();
  // Processes have no clock but the machine's.
  app.clock.now = new Date();
  folder = mkdtempSync(join(tmpdir(), "timos-attack-"));
  environment = {
    ...testEnvironment(folder),
    KEYRING_FILE: app.keyringFile,
    JWT_KEYS: JSON.stringify({ keys: app.deps.config.auth.signingKeys }),
  };
  for (let i = 0; i < INSTANCES; i++) instances.push(await listening(launch(environment)));
}, 120_000);
afterAll(async () => {
  for (const { child } of instances) child.kill("SIGKILL");
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A person, and what is acknowledged of each of their entries: its newest title, or null in the trash. */
interface Writer extends Person {
  readonly entries: Map<string, string | null>;
}

/** An instance was killed before it answered, or not there. */
class NoAnswer extends Error {}

/** Does something at random, through one of the instances. An entry whose last request had no answer may be either. */
async function act({ accessToken, entries }: Writer): Promise<void> {
  const api = instances[randomInt(INSTANCES)];
  if (api === undefined) throw new Error("there is an instance");
  const ids = [...entries.keys()];
  const known = ids[randomInt(Math.max(1, ids.length))];
  const id = known === undefined || randomInt(3) === 0 ? randomUUID() : known;
  const title = randomUUID();
  const day = `2026-11-${String(1 + randomInt(28)).padStart(2, "0")}`;
  const headers = { authorization: `Bearer ${accessToken}` };
  const remembered = entries.get(id);
  entries.delete(id);
  const send = (method: string, path: string, body?: object) =>
    call(api, method, path, { ...(body && { body }), headers }).catch((cause: unknown) => {
      throw new NoAnswer("no answer", { cause });
    });
  const what = randomInt(10);
  if (what < 6) {
    const { status } = await send("PUT", `/api/entries/${id}`, { day, title });
    if (status >= 300) throw new Error(`a write was answered ${status}`);
    entries.set(id, title);
  } else if (what < 8) {
    const { status } = await send("DELETE", `/api/entries/${id}`);
    if (![204, 404].includes(status)) throw new Error(`a deletion was answered ${status}`);
    if (status === 204) entries.set(id, null);
    else if (remembered !== undefined) entries.set(id, remembered);
  } else if (what < 9) {
    const { body } = await send("GET", `/api/entries/${id}/versions?limit=1`);
    const [state] = (body["items"] ?? []) as { rev: number }[];
    if (state !== undefined) await send("POST", `/api/entries/${id}/restore`, { rev: state.rev });
  } else {
    await send("GET", "/api/me/vault");
    if (remembered !== undefined) entries.set(id, remembered);
  }
}

describe("instances of the API that are killed while people write through all of them", () => {
  it("leave every vault what it should be, and lose nothing that was acknowledged", async () => {
    const people: Writer[] = [];
    for (let i = 0; i < PEOPLE; i++) {
      const person = { ...(await signUp(app)), entries: new Map<string, string | null>() };
      const [id, title] = [randomUUID(), "First"];
      const body = { day: "2026-11-21", title };
      expect((await person.call("PUT", `/api/entries/${id}`, { body })).status).toBe(201);
      person.entries.set(id, title);
      people.push(person);
    }
    const over = new AbortController();
    const faults: unknown[] = [];
    let cut = 0;
    const work = people.flatMap((person) =>
      Array.from({ length: 2 }, async () => {
        while (!over.signal.aborted) {
          await act(person).catch((error: unknown) => {
            if (!(error instanceof NoAnswer)) faults.push(error);
            else if (!inspect(error).includes("ECONNREFUSED")) cut++;
          });
          await sleep(randomInt(20));
        }
      }),
    );
    try {
      for (let kills = 0; kills < KILLS; kills++) {
        await sleep(200 + randomInt(400));
        const at = kills % INSTANCES;
        const child = instances[at]?.child;
        child?.kill("SIGKILL");
        if (child !== undefined) await once(child, "exit");
        // The other goes on meanwhile, and so does whoever is asked first after the kill.
        for (const person of people) {
          const { body } = await person.call("GET", "/api/me/vault");
          if (body["code"] === "rate_limited") continue;
          expect(body).toMatchObject({ integrity: { status: "ok" } });
        }
        instances[at] = await listening(launch(environment));
      }
    } finally {
      over.abort();
      await Promise.all(work);
    }
    expect(faults).toEqual([]);
    // Otherwise nobody was writing when one was killed.
    expect(cut).toBeGreaterThan(0);

    for (const person of people) {
      for (const [id, title] of person.entries) {
        const reply = await person.call("GET", `/api/entries/${id}`);
        expect({ id, title: reply.status === 200 ? reply.body["title"] : null }).toEqual({
          id,
          title,
        });
      }
    }
    const states = await app.sql("platform", "SELECT violated_at FROM vault_states");
    expect(states).toEqual(Array.from({ length: PEOPLE }, () => ({ violated_at: null })));
    expect(
      await app.sql("platform", "SELECT 1 FROM audit_events WHERE action LIKE 'vault.%'"),
    ).toEqual([]);
  }, 240_000);
});
