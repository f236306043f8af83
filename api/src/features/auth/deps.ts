import type { Logger } from "../../lib/logger.ts";
import type { Send } from "../../lib/mail.ts";
import type { Database } from "../../lib/database.ts";
import type { Metrics } from "../../lib/metrics.ts";
import type { Platform } from "../../platform/client.ts";
import type { KeyService } from "../../vault/key-service.ts";
import type { Providers } from "../oauth/providers.ts";
import type { RelyingParty } from "../passkeys/relying-party.ts";
import type { AccessTokens } from "./access-token.ts";
import type { AuthLimits } from "./limits.ts";
import type { LiveSessions } from "./live-sessions.ts";
import type { PasswordPolicy } from "./password-policy.ts";
import type { Passwords } from "./passwords.ts";
import type { RefreshTokens } from "./refresh-token.ts";

/** What signing up and in needs. */
export interface AuthDeps {
  readonly appUrl: string;
  readonly clock: () => Date;
  readonly logger: Logger;
  readonly platform: Platform;
  readonly platformDatabase: Database;
  readonly keys: KeyService;
  readonly send: Send;
  /** Whether mails are left in a folder of this machine: no server is waited for then. */
  readonly mailsToFolder: boolean;
  readonly passwords: Passwords;
  readonly passwordPolicy: PasswordPolicy;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  readonly sessions: LiveSessions;
  readonly limits: AuthLimits;
  readonly metrics: Pick<Metrics, "signIns">;
  /** To whom passkeys belong; undefined where there can be none. */
  readonly relyingParty: RelyingParty | undefined;
  /** The providers that people can sign in with here. */
  readonly providers: Providers;
}
