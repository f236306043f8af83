/** A script of ours and the arguments that package.json gives it. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** Ours to run in an image, besides those of package.json. */
const MORE: readonly (readonly [string, Command])[] = [
  ["deploy:secrets", { file: "scripts/deploy/make-secrets.ts", args: [] }],
  ["deploy:accounts", { file: "scripts/deploy/accounts.ts", args: [] }],
  ["deploy:schedule", { file: "scripts/deploy/schedule.ts", args: [] }],
];

/** What needs the sources of everything, or a machine to develop on. */
const NOT_IN_AN_IMAGE = ["audit:licences", "bench", "build", "demo:seed", "openapi"];

/** The commands among the scripts of package.json: those that run a script of ours. Options of Node are left out. */
export function commandsOf(scripts: Readonly<Record<string, string>>): Map<string, Command> {
  const ours = Object.entries(scripts).flatMap(([name, line]) => {
    const [, file, rest = ""] = /^tsx(?: --\S+)* (scripts\/\S+\.ts)(.*)$/.exec(line) ?? [];
    if (file === undefined || NOT_IN_AN_IMAGE.includes(name)) return [];
    return [[name, { file, args: rest.split(" ").filter((word) => word !== "") }] as const];
  });
  return new Map([...ours, ...MORE].sort(([a], [b]) => (a < b ? -1 : 1)));
}
