import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./auth-processes.ts";

const ROOT = join(import.meta.dirname, "../..");

/**
 * Compiles servers of this folder with all of the API that they import, as an installation's are: tsx, by which the
 * benchmark itself runs, gives each function its name when it is made, which takes a third of what a list takes.
 *
 * @param folder - Where to, within the repository, so that packages are found.
 * @returns the compiled files, in the order of `servers`.
 */
export async function compileServers(
  folder: string,
  servers: readonly string[],
): Promise<readonly string[]> {
  mkdirSync(join(folder, "scripts"), { recursive: true });
  mkdirSync(join(folder, "api"), { recursive: true });
  const config = {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions: { noEmit: false, rootDir: ROOT, outDir: folder, types: ["node"] },
    files: servers.map((name) => join(import.meta.dirname, `${name}.ts`)),
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  await run("npx", ["tsc", "-p", join(folder, "tsconfig.json")]);
  cpSync(join(ROOT, "scripts/lib"), join(folder, "scripts/lib"), { recursive: true });
  const ofApi = join(ROOT, "api/node_modules");
  if (existsSync(ofApi)) symlinkSync(ofApi, join(folder, "api/node_modules"));
  return servers.map((name) => join(folder, "scripts/bench", `${name}.js`));
}

/** Compiles what Prisma generated, `client.ts` in `folder`, to `compiled/client.js` beside it, which plain Node runs. */
export async function compileClient(folder: string): Promise<void> {
  const config = {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions: {
      ...{ noEmit: false, noCheck: true, rootDir: folder, outDir: join(folder, "compiled") },
      types: ["node"],
    },
    files: [join(folder, "client.ts")],
  };
  const file = join(folder, "tsconfig.json");
  writeFileSync(file, JSON.stringify(config));
  await run("npx", ["tsc", "-p", file]);
}
