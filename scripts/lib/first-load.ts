import { gzipSync } from "node:zlib";

const SCRIPT = /<script\b[^>]*>/g;
const CHUNK = /static\/chunks\/[\w.~-]+\.js/g;

/**
 * How much JavaScript a page asks for before anything is done on it: every file that its document names, but for what
 * only browsers without modules load. Bytes, each file gzipped as the server sends it.
 */
export async function firstLoadBytes(origin: string, path: string): Promise<number> {
  const answer = await fetch(new URL(path, origin));
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  const document = await answer.text();
  const forOld = [...document.matchAll(SCRIPT)]
    .map(([tag]) => tag)
    .filter((tag) => /\bnoModule\b/i.test(tag))
    .flatMap((tag) => tag.match(CHUNK) ?? []);
  const named = new Set(document.match(CHUNK));
  for (const chunk of forOld) named.delete(chunk);
  if (named.size === 0) throw new Error(`the document of ${path} names no JavaScript`);
  const sizes = [...named].map(async (chunk) => {
    const file = await fetch(new URL(`/_next/${chunk}`, origin));
    return gzipSync(await file.arrayBuffer()).length;
  });
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}
