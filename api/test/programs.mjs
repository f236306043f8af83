/** Programs that tests start as processes are compiled once a run: to load TypeScript costs each start a second. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { transformFile } from "@swc/core";

const ROOT = resolve(import.meta.dirname, "../..");
const FOLDERS = ["api/src", "api/generated", "api/test", "scripts"];
/** What the programs find beside their own code. */
const LINKS = ["node_modules", "package.json", "prisma", "api/node_modules", "api/package.json"];

const OPTIONS = {
  swcrc: false,
  jsc: {
    parser: { syntax: "typescript" },
    target: "es2023",
    keepClassNames: true,
    rewriteRelativeImportExtensions: true,
  },
  module: { type: "es6" },
};

/** Puts the code of the API and of the scripts into `out`, where it was, as JavaScript. */
export async function compilePrograms(out) {
  for (const path of FOLDERS.flatMap(filesIn)) {
    const target = join(out, path);
    mkdirSync(dirname(target), { recursive: true });
    if (/\.m?js$/.test(path)) cpSync(join(ROOT, path), target);
    else {
      const { code } = await transformFile(join(ROOT, path), OPTIONS);
      writeFileSync(target.replace(/ts$/, "js"), code);
    }
  }
  for (const path of LINKS) symlinkSync(join(ROOT, path), join(out, path));
}

const filesIn = (folder) =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => /\.(m?js|ts)$/.test(path) && !/\.(test|d)\.ts$|node_modules/.test(path));
