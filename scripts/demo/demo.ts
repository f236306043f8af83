import { randomInt, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { AuthResult } from "../../api/src/features/auth/contract.ts";
import { entries } from "../../api/src/features/entries/contract.ts";
import { sync } from "../../api/src/features/sync/contract.ts";
import { isDay } from "../../api/src/contract/values.ts";
import { addDays, dayAt } from "../../api/src/lib/day.ts";
import { DEMO_ENTRIES } from "./entries.ts";
import { demoLife } from "./life.ts";
import { readIfThere, writeAtomically } from "../launcher/files.ts";

const EMAIL = "demo@timos.example";
/** Without letters and digits that look alike: somebody will type this. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const MAIL_WAIT_MS = 15_000;
/** Two months: patterns need some weeks of days. */
const LIFE_DAYS = 61;
const OPS_AT_ONCE = 500;

const Account = z.object({ email: z.string(), password: z.string(), isComplete: z.boolean() });
export type DemoAccount = z.output<typeof Account>;

interface Place {
  readonly dataFolder: string;
  readonly apiUrl: string;
  readonly outboxDir: string;
  readonly signal?: AbortSignal;
}

/** The demo account of a data folder, if one was ever begun there. */
export function findDemo(dataFolder: string): DemoAccount | undefined {
  const text = readIfThere(fileIn(dataFolder));
  return text === undefined ? undefined : Account.parse(JSON.parse(text));
}

/** Notes that a demo account is wanted: it is made once the API runs, by a later start if need be. */
export function beginDemo(dataFolder: string): void {
  save(dataFolder, { email: EMAIL, password: makePassword(), isComplete: false });
}

/**
 * Makes the demo account and its sample journal as a person would: signs up, opens the mailed link, writes. May be
 * repeated after it was cut off; what is there already stays as it is.
 */
export async function makeDemo(place: Place): Promise<DemoAccount> {
  // Kept first: an account whose password is lost could not be completed.
  if (findDemo(place.dataFolder) === undefined) beginDemo(place.dataFolder);
  const account = Account.parse(findDemo(place.dataFolder));
  const signedIn = (await signIn(place, account)) ?? (await signUp(place, account));
  await writeJournal(place, signedIn);
  const complete = { ...account, isComplete: true };
  save(place.dataFolder, complete);
  return complete;
}

async function signIn(place: Place, account: DemoAccount): Promise<AuthResult | undefined> {
  const { email, password } = account;
  const answer = await call(place, "POST", "/api/auth/login", { body: { email, password } });
  return answer.ok ? AuthResult.parse(await answer.json()) : undefined;
}

async function signUp(place: Place, account: DemoAccount): Promise<AuthResult> {
  const mailsBefore = new Set(listMails(place.outboxDir));
  await succeed(place, "POST", "/api/auth/signup", {
    body: {
      email: account.email,
      password: account.password,
      displayName: "Robin",
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
  });
  const token = await waitForLink(place, mailsBefore);
  const answer = await succeed(place, "POST", "/api/auth/verify-email", { body: { token } });
  return AuthResult.parse(await answer.json());
}

async function writeJournal(place: Place, { accessToken, user }: AuthResult): Promise<void> {
  const today = dayAt(new Date(), user.timeZone, user.dayStartHour);
  const listed = await succeed(place, "GET", "/api/entries?limit=200", { accessToken });
  const { items } = entries.list.responses[200].parse(await listed.json());
  const written = new Set(items.map(({ title }) => title));
  for (const { daysAgo = 0, yearsAgo = 0, starred = false, ...fields } of DEMO_ENTRIES) {
    if (written.has(fields.title)) continue;
    const body = { ...fields, day: earlier(addDays(today, -daysAgo), yearsAgo), starred };
    await succeed(place, "PUT", `/api/entries/${randomUUID()}`, { accessToken, body });
  }
  await writeLife(place, accessToken, today);
}

/** The same day of an earlier year; of 29 February, the day before where there is none. */
function earlier(day: string, years: number): string {
  const moved = `${Number(day.slice(0, 4)) - years}${day.slice(4)}`;
  return isDay(moved) ? moved : `${moved.slice(0, 8)}28`;
}

async function writeLife(place: Place, accessToken: string, today: string): Promise<void> {
  // What was made before, and may have been changed since, stays as it is.
  const ops = demoLife(today, LIFE_DAYS).map((made) => ({ op: "put", ifRev: 0, ...made }));
  for (let from = 0; from < ops.length; from += OPS_AT_ONCE) {
    const body = { ops: ops.slice(from, from + OPS_AT_ONCE) };
    const answer = await succeed(place, "POST", "/api/sync", { accessToken, body });
    const { outcomes } = sync.push.responses[200].parse(await answer.json());
    const refused = outcomes.find(({ status }) => status === "invalid" || status === "not_found");
    if (refused !== undefined) throw new Error(`the sample journal: ${JSON.stringify(refused)}`);
  }
}

async function waitForLink(place: Place, known: ReadonlySet<string>): Promise<string> {
  const deadline = Date.now() + MAIL_WAIT_MS;
  while (Date.now() < deadline) {
    for (const name of listMails(place.outboxDir).reverse()) {
      if (known.has(name)) continue;
      const mail = readFileSync(join(place.outboxDir, name), "utf8");
      const token = /#token=([A-Za-z0-9_-]+)/.exec(decodeMail(mail))?.[1];
      if (token !== undefined && mail.includes(EMAIL)) return token;
    }
    await sleep(50, undefined, place.signal === undefined ? {} : { signal: place.signal });
  }
  throw new Error(`no mail for ${EMAIL} came to ${place.outboxDir}`);
}

function listMails(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".eml") && !name.startsWith("."))
      .sort();
  } catch {
    return []; // made with the first mail
  }
}

/** Undoes quoted-printable, which breaks long lines and writes `=` as `=3D`. */
function decodeMail(mail: string): string {
  if (!/^content-transfer-encoding: quoted-printable/im.test(mail)) return mail;
  return mail
    .replaceAll(/=\r?\n/g, "")
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

interface Call {
  readonly accessToken?: string;
  readonly body?: unknown;
}

function call(place: Place, method: string, path: string, { accessToken, body }: Call) {
  return fetch(`${place.apiUrl}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.any([AbortSignal.timeout(30_000), ...(place.signal ? [place.signal] : [])]),
  });
}

async function succeed(place: Place, method: string, path: string, content: Call) {
  const answer = await call(place, method, path, content);
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`);
  return answer;
}

function makePassword(): string {
  const letter = () => LETTERS[randomInt(LETTERS.length)] ?? "";
  const group = () => Array.from({ length: 5 }, letter).join("");
  return Array.from({ length: 4 }, group).join("-");
}

const fileIn = (dataFolder: string) => join(dataFolder, "demo.json");

const save = (dataFolder: string, account: DemoAccount): void => {
  writeAtomically(fileIn(dataFolder), `${JSON.stringify(account, null, 2)}\n`);
};
