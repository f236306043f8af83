/**
 * The commands of package.json where there is no npm, as in the operations image: `timos backup --set keys` does what
 * `npm run backup -- --set keys` does.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { commandsOf } from "./commands.ts";

const ROOT = resolve(import.meta.dirname, "../..");

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
const commands = commandsOf(scripts);

const [name = "--help", ...args] = process.argv.slice(2);
const command = commands.get(name);
if (command === undefined) {
  const names = [...commands.keys()].map((each) => `  ${each}\n`).join("");
  console.error(`Usage: <command> [arguments], with one of these as the command:\n${names}`);
  process.exitCode = name === "--help" ? 0 : 2;
} else {
  const file = join(ROOT, command.file);
  process.argv.splice(1, process.argv.length, file, ...command.args, ...args);
  await import(pathToFileURL(file).href);
}
