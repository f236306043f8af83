import * as Bowser from "bowser";
import { lettersIn } from "./compose.ts";
import type { Whence } from "./letters.ts";

/** Names of ours only: what a program calls itself is a stranger's text, and goes into no mail and no list. */
const PROGRAMS = new Set<string>(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS = new Set<string>([...Object.values(Bowser.OS_MAP), "iPhone", "iPad"]);

/**
 * What a person recognises a browser by, in their language: "Firefox on Linux", "Safari on iPhone".
 *
 * @param userAgent - The header as it came; it proves nothing.
 */
export function deviceName(userAgent: string, locale: string): string {
  const { program, system } = programOf(userAgent);
  return lettersIn(locale).device(program, system);
}

/** What a browser and what it runs on are called, where they are known. */
export function programOf(userAgent: string): { program?: string; system?: string } {
  // Bowser takes no empty header.
  const { browser, os, platform } = Bowser.parse(userAgent || "-");
  const program = known(PROGRAMS, browser.name);
  const system = known(SYSTEMS, platform.model) ?? known(SYSTEMS, os.name);
  return { ...(program && { program }), ...(system && { system }) };
}

const known = (names: ReadonlySet<string>, name: string | undefined) =>
  name !== undefined && names.has(name) ? name : undefined;

/**
 * From where and when something was done, as its owner is told: the device by name, the time in their own zone.
 *
 * @param timeZone - The reader's, as an IANA name.
 */
export function whence(userAgent: string, timeZone: string, locale: string, now: Date): Whence {
  const format = new Intl.DateTimeFormat(languageOf(locale), {
    timeZone,
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  return { device: deviceName(userAgent, locale), at: format.format(now) };
}

/** A time is written in the language of the letter around it, by the habits of the reader's country. */
function languageOf(locale: string): string {
  const { language } = lettersIn(locale);
  return locale.startsWith(language) && isTag(locale) ? locale : language;
}

function isTag(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}
