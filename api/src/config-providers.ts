import * as z from "zod";
import { es256PrivateKey, type KeyObject } from "./crypto/signing-key.ts";
import { isHttpsOrLoopback } from "./lib/loopback.ts";

/** Where a provider is, and what we are there. */
interface Client {
  readonly clientId: string;
  /** As the provider calls itself in its discovery document, and where that is found. */
  readonly issuer: string;
}

interface WithSecret extends Client {
  readonly clientSecret: string;
}

/** A provider that people can sign in with. */
export type ProviderConfig =
  | (WithSecret & { readonly name: "google" })
  | (WithSecret & {
      readonly name: "microsoft";
      /** The directories whose people may sign in; all when empty. */
      readonly tenants: readonly string[];
    })
  | (Client & {
      readonly name: "apple";
      readonly teamId: string;
      readonly keyId: string;
      readonly privateKey: KeyObject;
    })
  | (WithSecret & {
      readonly name: "oidc";
      /** What people know it by. */
      readonly label: string;
    });

/** Tokens pass through it, so only this machine is spoken to in the clear. */
const issuer = z
  .url({ protocol: /^https?$/, error: "must be an https URL" })
  .refine(isHttpsOrLoopback, "must be https, except on this machine's own loopback address")
  .refine((url) => !/[?#]/.test(url), "must have neither a query nor a fragment");

const privateKey = z.string().transform((pem, context) => {
  try {
    // A variable of one line has its line breaks written out.
    return es256PrivateKey(pem.replaceAll("\\n", "\n"));
  } catch {
    context.addIssue("must be a private key on the curve P-256, as PEM (the .p8 file from Apple)");
    return z.NEVER;
  }
});

/** The variables that configure providers. */
export const ProviderVariables = {
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  GOOGLE_ISSUER: issuer.default("https://accounts.google.com"),
  MICROSOFT_CLIENT_ID: z.string().optional(),
  MICROSOFT_CLIENT_SECRET: z.string().optional(),
  MICROSOFT_ISSUER: issuer.default("https://login.microsoftonline.com/common/v2.0"),
  MICROSOFT_TENANTS: z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim().toLowerCase())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(z.guid("must be ids of directories, separated by commas"))),
  APPLE_CLIENT_ID: z.string().optional(),
  APPLE_TEAM_ID: z.string().optional(),
  APPLE_KEY_ID: z.string().optional(),
  APPLE_PRIVATE_KEY: privateKey.optional(),
  APPLE_ISSUER: issuer.default("https://appleid.apple.com"),
  OIDC_ISSUER: issuer.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().max(40).default("OpenID"),
};

type Values = z.output<z.ZodObject<typeof ProviderVariables>>;

/** What a provider cannot do without, once any of its variables is set. */
const NEEDS = {
  GOOGLE: ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  MICROSOFT: ["MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET"],
  APPLE: ["APPLE_CLIENT_ID", "APPLE_TEAM_ID", "APPLE_KEY_ID", "APPLE_PRIVATE_KEY"],
  OIDC: ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
} as const;

/** A provider that is configured by half is a fault: it must not be passed over in silence (GHSA-8fpg-xm3f-6cx3). */
export function missingProviderVariables(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(NEEDS)
    .filter(([prefix]) =>
      Object.keys(ProviderVariables).some(
        (name) => name.startsWith(`${prefix}_`) && name in values,
      ),
    )
    .flatMap(([, names]) => names.filter((name) => !(name in values)))
    .map((name) => `${name}: is not set`);
}

/** The providers that are configured; {@link missingProviderVariables} saw that each has all it needs. */
export function providersOf(e: Values): readonly ProviderConfig[] {
  const providers: (ProviderConfig | false)[] = [
    e.GOOGLE_CLIENT_ID !== undefined && {
      name: "google",
      clientId: e.GOOGLE_CLIENT_ID,
      clientSecret: e.GOOGLE_CLIENT_SECRET ?? "",
      issuer: e.GOOGLE_ISSUER,
    },
    e.MICROSOFT_CLIENT_ID !== undefined && {
      name: "microsoft",
      clientId: e.MICROSOFT_CLIENT_ID,
      clientSecret: e.MICROSOFT_CLIENT_SECRET ?? "",
      issuer: e.MICROSOFT_ISSUER,
      tenants: e.MICROSOFT_TENANTS,
    },
    e.APPLE_CLIENT_ID !== undefined &&
      e.APPLE_PRIVATE_KEY !== undefined && {
        name: "apple",
        clientId: e.APPLE_CLIENT_ID,
        teamId: e.APPLE_TEAM_ID ?? "",
        keyId: e.APPLE_KEY_ID ?? "",
        privateKey: e.APPLE_PRIVATE_KEY,
        issuer: e.APPLE_ISSUER,
      },
    e.OIDC_CLIENT_ID !== undefined && {
      name: "oidc",
      label: e.OIDC_NAME,
      clientId: e.OIDC_CLIENT_ID,
      clientSecret: e.OIDC_CLIENT_SECRET ?? "",
      issuer: e.OIDC_ISSUER ?? "",
    },
  ];
  return providers.filter((provider) => provider !== false);
}
