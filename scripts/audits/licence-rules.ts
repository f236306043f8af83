import * as z from "zod";

/** What of a lock file (version 3) says how a package may be used. */
export const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});
export type Lock = z.output<typeof Lock>;

/** They ask for their text to be kept, at most, and change nothing for what they are used in. */
const PERMISSIVE = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "OFL-1.1",
  "Python-2.0",
  "Unlicense",
  "Zlib",
];

/** Of a file's own changes only, or of data: fine for what is used as it is. */
const WEAK_COPYLEFT = ["CC-BY-4.0", "EPL-2.0", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "MPL-2.0"];

/** Packages that the lock file says nothing of, or not enough, and what their own files say. */
const KNOWN: Readonly<Record<string, string>> = {
  // Their own files hold the text of the MIT licence; package.json says it in a way of former times, or not at all.
  jstat: "MIT",
  "seq-queue": "MIT",
  "@visx/vendor": "MIT AND ISC",
};

/** What there is to object to, one line each. */
export function licenceFaults({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([path, { version = "", license, link }]) => {
    const name = path.replace(/^.*node_modules\//, "");
    if (!path.includes("node_modules/") || link === true) return [];
    const licence = KNOWN[name] ?? license;
    if (licence === undefined) return [`${name} ${version}: no licence is known`];
    return isAllowed(licence) ? [] : [`${name} ${version}: ${licence}`];
  });
}

/** Whether an expression of SPDX (2.3, annex D) is met by licences that are allowed; `AND` binds closer than `OR`. */
export function isAllowed(expression: string): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const any = (): boolean => {
    let allowed = all();
    // Both sides are read whatever the first one was: what follows begins behind the second.
    while (words[at] === "OR" && ++at) allowed = all() || allowed;
    return allowed;
  };
  const all = (): boolean => {
    let allowed = one();
    while (words[at] === "AND" && ++at) allowed = one() && allowed;
    return allowed;
  };
  const one = (): boolean => {
    const word = words[at++];
    if (word !== "(") return [...PERMISSIVE, ...WEAK_COPYLEFT].includes(word ?? "");
    const allowed = any();
    return words[at++] === ")" && allowed;
  };
  return any() && at === words.length;
}
