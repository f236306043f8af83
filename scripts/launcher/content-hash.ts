import { createHash, type Hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Made from sources, or not part of what is built. */
const LEFT_OUT = new Set(["node_modules", "dist", ".next", "coverage", "test", "next-env.d.ts"]);
const IS_TEST = /\.test\.tsx?$/;

/** A digest over the names and contents of files and whole folders; it changes when any of them does. */
export function hashOf(root: string, paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) add(hash, root, path);
  return hash.digest("hex");
}

function add(hash: Hash, root: string, path: string): void {
  const full = join(root, path);
  if (!existsSync(full)) {
    hash.update(`absent ${path}\0`);
    return;
  }
  if (!statSync(full).isDirectory()) {
    const content = readFileSync(full);
    hash.update(`file ${path} ${content.length}\0`).update(content);
    return;
  }
  for (const name of readdirSync(full).sort()) {
    const isLeftOut = LEFT_OUT.has(name) || IS_TEST.test(name) || name.endsWith(".tsbuildinfo");
    if (!isLeftOut) add(hash, root, join(path, name));
  }
}
