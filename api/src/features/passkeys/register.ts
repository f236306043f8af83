import { AppError } from "../../contract/errors.ts";
import { randomBytes, randomUUID } from "../../crypto/random.ts";
import { isDuplicate } from "../../lib/database-errors.ts";
import { deviceName } from "../../mails/whence.ts";
import { recordEvents } from "../../platform/audit.ts";
import { inTransaction, statementsIn, type PlatformQueries } from "../../platform/client.ts";
import { asSystem } from "../../platform/tenancy.ts";
import { lockUsers } from "../../platform/users.ts";
import type { Caller } from "../auth/authenticate.ts";
import type { AuthDeps } from "../auth/deps.ts";
import { eventFrom, type From } from "../auth/from.ts";
import { assertBegunFresh, proveNewFactor } from "../auth/sessions.ts";
import { tell } from "../auth/tell.ts";
import { MAX_PASSKEYS, type Attestation, type CreationOptions, type Passkey } from "./contract.ts";
import { credentialHash, descriptorOf, toPasskey } from "./passkeys.ts";
import { providerOf } from "./providers.ts";
import { partyOf } from "./relying-party.ts";
import { challengeOf, registrations, STEP_SECONDS } from "./steps.ts";
import { ALGORITHMS, verifyAttestation } from "./webauthn.ts";

type Deps = Pick<
  AuthDeps,
  "platform" | "relyingParty" | "sessions" | "limits" | "send" | "logger" | "clock"
>;
type InSession = Pick<Caller, "user" | "sessionId">;

/** What WebAuthn calls a user handle: of as many bytes as are random. */
const HANDLE_BYTES = 32;
/** The ways to reach an authenticator that are passed on to browsers (WebAuthn Level 3 §5.8.4). */
const TRANSPORTS = new Set(["usb", "nfc", "ble", "smart-card", "hybrid", "internal"]);

/**
 * Begins to add a passkey: one that its authenticator finds by itself when asked to sign in here, and signs with after
 * it has verified its user.
 *
 * @throws AppError `conflict` when there are {@link MAX_PASSKEYS} of them; `passkeys_unavailable`, `session_revoked`.
 */
export async function beginRegistration(
  deps: Deps,
  { user, sessionId }: InSession,
): Promise<CreationOptions> {
  const { id: rpId } = partyOf(deps);
  const now = deps.clock();
  const { id: userId } = user;
  return asSystem(async () => {
    await assertRoom(deps.platform, userId);
    const handle = await handleOf(deps.platform, userId);
    const existing = await deps.platform.passkey.findMany({ where: { userId } });
    const payload = { sessionId };
    return {
      challenge: await registrations.create(statementsIn(deps.platform), { userId, payload, now }),
      rp: { id: rpId, name: "TimOS" },
      user: {
        id: Buffer.from(handle).toString("base64url"),
        name: user.email,
        displayName: user.displayName,
      },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      timeout: STEP_SECONDS * 1000,
      attestation: "none",
      authenticatorSelection: {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
      excludeCredentials: existing.map(descriptorOf),
    };
  });
}

async function assertRoom(db: PlatformQueries, userId: string): Promise<void> {
  if ((await db.passkey.count({ where: { userId } })) < MAX_PASSKEYS) return;
  const detail = `You have ${MAX_PASSKEYS} passkeys. Remove one that you do not need.`;
  throw new AppError("conflict", { detail });
}

/** By what authenticators know the user: random, and the same for all of their passkeys. */
async function handleOf(db: PlatformQueries, userId: string): Promise<Uint8Array> {
  await db.user.updateMany({
    where: { id: userId, passkeyHandle: null },
    data: { passkeyHandle: new Uint8Array(randomBytes(HANDLE_BYTES)) },
  });
  const row = await db.user.findUnique({ where: { id: userId } });
  const handle = row?.passkeyHandle ?? null;
  if (handle === null) throw new AppError("session_revoked");
  return handle;
}

/**
 * Adds the passkey that a browser made, and tells its owner by mail. Its user has been verified by it: this session has
 * proven two factors, and what the others have proven is fresh no more.
 *
 * @throws AppError `passkey_refused`; `conflict` when it is there already or there are {@link MAX_PASSKEYS};
 * `passkeys_unavailable`, `session_revoked`, `reauth_required` when what was proven counts no more.
 */
export async function register(
  deps: Deps,
  { user, sessionId }: InSession,
  { name, credential }: { readonly name?: string | undefined; readonly credential: Attestation },
  from: From,
): Promise<Passkey> {
  const party = partyOf(deps);
  const now = deps.clock();
  const { id: userId } = user;
  const begun = await registrations.take(deps.platform, { token: challengeOf(credential), now });
  const isOurs = begun.userId === userId && begun.payload.sessionId === sessionId;
  if (!isOurs) throw new AppError("passkey_refused");
  const verified = await verifyAttestation(party, credential);
  if (verified === null) throw new AppError("passkey_refused");
  const { amr, aaguid, ...made } = verified;
  const shown = name ?? providerOf(aaguid) ?? deviceName(from.userAgent, user.locale);
  const transports = credential.response.transports.filter((each) => TRANSPORTS.has(each));

  const add = async (tx: PlatformQueries) => {
    // Held first, so that of several that come at once each counts the ones before, and nobody moves to another tenant.
    await lockUsers(tx, [userId]);
    const owner = await tx.user.findUnique({ where: { id: userId } });
    if (owner === null) throw new AppError("session_revoked");
    const begunAt = new Date(now.getTime() - STEP_SECONDS * 1000);
    await assertBegunFresh(tx, { id: sessionId, userId }, begunAt, now);
    await assertRoom(tx, userId);
    const row = await tx.passkey.create({
      data: {
        ...made,
        id: randomUUID(),
        tenantId: owner.tenantId,
        userId,
        credentialHash: credentialHash(credential.id),
        transports: [...new Set(transports)].join(","),
        name: shown,
        createdAt: now,
      },
    });
    await proveNewFactor(tx, { id: sessionId, userId }, amr, now);
    await recordEvents(tx, [eventFrom(from, user, "passkey.added", { target: row.id })], now);
    return row;
  };
  const row = await asSystem(() => inTransaction(deps.platform, add)).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
    const detail = "That passkey has been added already.";
    throw new AppError("conflict", { cause: error, detail });
  });
  await deps.sessions.evict({ userId });
  tell(deps, user, from, (letters, whence) => letters.passkeyAdded(shown, whence));
  return toPasskey(row);
}
