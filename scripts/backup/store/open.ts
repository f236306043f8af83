import type { Environment } from "../../launcher/settings.ts";
import { folderStore } from "./folder.ts";
import { s3Store } from "./s3.ts";
import type { Store } from "./store.ts";

/**
 * Opens a place for backups: a folder, which is made when something is stored there, or `s3://bucket/prefix`, whose
 * credentials, region and endpoint are those of the AWS SDK (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL` and the others).
 *
 * @throws Error when the address is none, or the package for it is not installed.
 */
export async function openStore(to: string, env: Environment): Promise<Store> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(to)?.[1]?.toLowerCase();
  if (scheme === undefined) return folderStore(to);
  if (scheme === "s3") return s3Store(to, env);
  throw new Error(`Backups are stored in a folder or in s3://bucket/prefix, not in ${scheme}://.`);
}
