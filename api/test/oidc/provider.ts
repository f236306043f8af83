import { fork, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ProviderName } from "../../src/features/oauth/contract.ts";

export const APP_URL = "http://127.0.0.1:3000";

/** Who signs in next at a provider, and what goes wrong there. Nothing is kept from one setting to the next. */
export interface Scene {
  readonly sub?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Whoever is asked says no. */
  readonly refuses?: boolean;
  /** Microsoft: the issuer is a template, with a directory's id in each token. */
  readonly template?: boolean;
  /** What Apple's page posts beside the code. */
  readonly appleUser?: unknown;
  /** Claims of the ID token that are something else, or missing (null), and whether another key signs it. */
  readonly idToken?: Readonly<Record<string, unknown>>;
  readonly forge?: boolean;
  /** Parameters of the answer that are something else, or missing. */
  readonly answer?: Readonly<Record<string, string | null>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly delayMs?: number;
  /** Every answer has this status and is a page. */
  readonly fails?: number;
  readonly tokenFails?: number;
}

interface Seen {
  readonly revoked: readonly string[];
  readonly authorizations: readonly Readonly<Record<string, string>>[];
  readonly appleSecrets: number;
}

/** A running OpenID provider. */
export interface TestProvider {
  readonly name: ProviderName;
  readonly base: string;
  /** What configures it. */
  readonly environment: Readonly<Record<string, string>>;
  set(scene: Scene): Promise<void>;
  seen(): Promise<Seen>;
  /** Signs a browser out of the provider itself. */
  forget(jar: Map<string, unknown>): void;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("provider.mjs", import.meta.url));

export async function startProvider(name: ProviderName): Promise<TestProvider> {
  const prefix = name.toUpperCase();
  const [clientId, clientSecret] = [`client-of-${name}`, randomBytes(24).toString("base64url")];
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const apple = {
    teamId: "TEAM123456",
    keyId: "KEY1234567",
    publicJwk: pair.publicKey.export({ format: "jwk" }),
  };
  const redirectUri = `${APP_URL}/api/auth/oauth/${name}/callback`;
  const settings = JSON.stringify({ kind: name, clientId, clientSecret, redirectUri, apple });
  const child = fork(SCRIPT, [settings], {
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const [{ base }] = (await once(child, "message")) as [{ base: string }];
  const secret =
    name === "apple"
      ? {
          APPLE_TEAM_ID: apple.teamId,
          APPLE_KEY_ID: apple.keyId,
          APPLE_PRIVATE_KEY: pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
        }
      : { [`${prefix}_CLIENT_SECRET`]: clientSecret };
  return {
    name,
    base,
    environment: {
      [`${prefix}_CLIENT_ID`]: clientId,
      [`${prefix}_ISSUER`]: name === "microsoft" ? `${base}/common/v2.0` : base,
      ...secret,
    },
    set: async (scene) => {
      await ask(child, { set: scene });
    },
    seen: () => ask(child, {}),
    forget: (jar) => {
      jar.delete(new URL(base).host);
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}

let count = 0;

async function ask(child: ChildProcess, message: { readonly set?: Scene }): Promise<Seen> {
  const id = count++;
  const answered = new Promise<Seen>((resolve) => {
    const hear = (answer: { id?: number; seen: Seen }) => {
      if (answer.id !== id) return;
      child.off("message", hear);
      resolve(answer.seen);
    };
    child.on("message", hear);
  });
  child.send({ ...message, id });
  return answered;
}
