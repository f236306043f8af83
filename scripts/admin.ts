/** Who runs the platform: see USAGE, and docs/adr/0020-roles-and-tenants.md. */
import { setSuperadmin, type Outcome } from "../api/src/features/admin/superadmins.ts";
import { openInstallation } from "./keys/installation.ts";
import { asError } from "./launcher/files.ts";

const USAGE = `Usage:
  npm run admin:grant -- EMAIL
      make the owner of this address a superadmin: they list and suspend accounts, and read nobody's journal
  npm run admin:revoke -- EMAIL
      take it from them

A superadmin can do nothing as such before they have signed in with two factors. Both work on the installation that
PLATFORM_DATABASE_URL names, else on the TimOS that runs on TIMOS_DATA_DIR (./.data).`;

const WORDS: Readonly<Record<Outcome, string>> = {
  done: "Done.",
  "was so already": "It was so already.",
  "no such account": "There is no account with this address.",
  "not verified": "Nobody has confirmed this address yet.",
};

async function main([command, email, ...rest]: readonly string[]): Promise<number> {
  const isKnown = command === "grant" || command === "revoke";
  if (!isKnown || email === undefined || email.startsWith("-") || rest.length > 0) {
    console.error(USAGE);
    return 2;
  }
  const installation = await openInstallation(process.env);
  try {
    const { platform, clock } = installation;
    const outcome = await setSuperadmin(platform, email, command === "grant", clock());
    console.log(WORDS[outcome]);
    return outcome === "done" || outcome === "was so already" ? 0 : 1;
  } finally {
    await installation.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(asError(error).message);
  process.exitCode = 1;
}
