import { account } from "../features/account/contract.ts";
import { admin } from "../features/admin/contract.ts";
import { auth } from "../features/auth/contract.ts";
import { dailyRecaps } from "../features/daily-recaps/contract.ts";
import { days } from "../features/days/contract.ts";
import { emailChange } from "../features/email-change/contract.ts";
import { entries } from "../features/entries/contract.ts";
import { feels } from "../features/feels/contract.ts";
import { habitChecks } from "../features/habit-checks/contract.ts";
import { habits } from "../features/habits/contract.ts";
import { insights } from "../features/insights/contract.ts";
import { mfa } from "../features/mfa/contract.ts";
import { moodLogs } from "../features/mood-logs/contract.ts";
import { moods } from "../features/moods/contract.ts";
import { oauth } from "../features/oauth/contract.ts";
import { onThisDay } from "../features/on-this-day/contract.ts";
import { passkeys } from "../features/passkeys/contract.ts";
import { pillarScores } from "../features/pillar-scores/contract.ts";
import { pillars } from "../features/pillars/contract.ts";
import { prompts } from "../features/prompts/contract.ts";
import { reminders } from "../features/reminders/contract.ts";
import { vault } from "../features/vault/contract.ts";
import { search } from "../features/search/contract.ts";
import { sessions } from "../features/sessions/contract.ts";
import { sync } from "../features/sync/contract.ts";
import { system } from "../features/system/contract.ts";
import { tenants } from "../features/tenants/contract.ts";
import { templates } from "../features/templates/contract.ts";
import { tokens } from "../features/tokens/contract.ts";
import { trash } from "../features/trash/contract.ts";
import { weeklyRecaps } from "../features/weekly-recaps/contract.ts";

/** The whole API, feature by feature. */
export const contract = {
  system,
  auth,
  sessions,
  mfa,
  oauth,
  passkeys,
  tokens,
  tenants,
  admin,
  account,
  emailChange,
  entries,
  feels,
  pillars,
  pillarScores,
  habits,
  habitChecks,
  moods,
  moodLogs,
  dailyRecaps,
  weeklyRecaps,
  templates,
  reminders,
  days,
  insights,
  onThisDay,
  prompts,
  search,
  trash,
  sync,
  vault,
};

export type { Endpoint, Endpoints, Guard, Request, Response } from "./endpoint.ts";
export { ERRORS, type ErrorCode, type Fault } from "./errors.ts";
export { isDay } from "./values.ts";
export type { AuthResult, Challenge } from "../features/auth/contract.ts";
export { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "../features/auth/contract.ts";
export type { Event, Me, Receipt } from "../features/account/contract.ts";
export { type Entry, EntryFields } from "../features/entries/contract.ts";
export type { Account, Operations } from "../features/admin/contract.ts";
export type { Linked, ProviderName } from "../features/oauth/contract.ts";
export {
  Assertion,
  Attestation,
  type CreationOptions,
  type Passkey,
  type RequestOptions,
} from "../features/passkeys/contract.ts";
export type { Session } from "../features/sessions/contract.ts";
export type { Invitation, Member, Role, TenantEvent } from "../features/tenants/contract.ts";
export type { Token } from "../features/tokens/contract.ts";
export type { VaultStatus } from "../features/vault/contract.ts";
