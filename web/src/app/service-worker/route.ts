import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";

export const dynamic = "force-dynamic";

let source: Promise<string> | undefined;

/** The service worker of this build, with the names of the files that it keeps. */
async function readWorker(): Promise<string> {
  // The server of a build runs in the folder of the application.
  const found = await readdir(join(process.cwd(), ".next/static"), {
    recursive: true,
    withFileTypes: true,
  });
  const folder = join(process.cwd(), ".next/static");
  const assets = found
    .filter((entry) => entry.isFile() && /\.(js|css|woff2)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).join("/"))
    .map((path) => `/_next/static${path}`)
    .sort();
  const code = await readFile(join(process.cwd(), "worker/service-worker.js"), "utf8");
  const build = createHash("sha256")
    .update(code)
    .update(assets.join("\n"))
    .digest("hex")
    .slice(0, 16);
  return `self.timos = ${JSON.stringify({ build, assets })};\n${code}`;
}

export async function GET(): Promise<Response> {
  source ??= readWorker();
  return new Response(await source, {
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      // Asked for anew each time, so that a new version is found at once.
      "cache-control": "no-cache",
    },
  });
}
