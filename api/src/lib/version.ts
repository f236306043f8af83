import { readFileSync } from "node:fs";
import * as z from "zod";

const Package = z.object({ name: z.literal("@timos/api"), version: z.string() });

/** Seen from this file: of the sources, and of what is compiled from them. */
const PLACES = ["../../package.json", "../../../package.json"];

/** The version of this program by its package.json; `unknown` where it was not shipped with one. */
export const VERSION = PLACES.map(versionIn).find((version) => version !== null) ?? "unknown";

function versionIn(place: string): string | null {
  try {
    const text = readFileSync(new URL(place, import.meta.url), "utf8");
    return Package.parse(JSON.parse(text)).version;
  } catch {
    return null;
  }
}
