/* global self, caches */
/**
 * Opens these pages without a connection (ADR 0029). It keeps the files of one build and the documents of the private
 * pages, which hold no word of anybody: what is written is asked of the API, and that is none of its business.
 *
 * `self.timos` is put before this text when it is served: `{ build, assets }`.
 */
const { build, assets } = self.timos;
const ASSETS = `timos-assets-${build}`;
const PAGES = `timos-pages-${build}`;
const START = "/today";
const PATIENCE_MS = 4_000;
const AT_ONCE = 6;

/** The pages that are of use without a connection. */
const KEPT =
  /^\/(today|calendar|entries|day|week|on-this-day|insights|habits|pillars|moods|templates|reminders)(\/|$)/;

self.addEventListener("install", (event) => event.waitUntil(keepAssets()));

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("timos-") && name !== ASSETS && name !== PAGES)
          await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  const { is, pages = [] } = event.data;
  if (is === "take over") void self.skipWaiting();
  // What was removed at a sign-out is wanted again by whoever signs in next.
  if (is === "keep") event.waitUntil(keepAssets().then(() => keepPages(pages)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/_next/static/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" && KEPT.test(pathname))
    event.respondWith(page(event, pathname));
});

/** Files of a build never change under their name. */
async function asset(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await put(ASSETS, request, response.clone());
  return response;
}

/** The document from the server, or where that does not answer in time, as it was. */
async function page(event, pathname) {
  const kept = await (await caches.open(PAGES)).match(pathname, { ignoreVary: true });
  const asked = fetch(event.request).then(async (response) => {
    if (isDocument(response)) await put(PAGES, pathname, response.clone());
    return response;
  });
  event.waitUntil(asked.catch(() => undefined));
  if (kept === undefined) return asked.catch(() => start(pathname));
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([
    asked.then((response) => (response.status >= 500 ? kept : response)),
    patience,
  ]).catch(() => kept);
}

/** A page that is not kept is left for one that is. */
async function start(pathname) {
  const kept = await (await caches.open(PAGES)).match(START, { ignoreVary: true });
  return kept === undefined || pathname === START ? Response.error() : Response.redirect(START);
}

async function keepAssets() {
  const cache = await caches.open(ASSETS);
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
  await each(
    assets.filter((path) => !kept.has(path)),
    (path) => cache.add(path),
  );
}

async function keepPages(pages) {
  const kept = new Set(
    (await (await caches.open(PAGES)).keys()).map(({ url }) => new URL(url).pathname),
  );
  const missing = pages.filter((path) => !kept.has(path));
  await each(missing, async (path) => {
    const response = await fetch(path, {
      credentials: "same-origin",
      headers: { accept: "text/html" },
    });
    if (isDocument(response)) await put(PAGES, path, response);
  });
}

/** Few at a time, so that the page that is open goes first. */
async function each(paths, work) {
  const left = [...paths];
  const next = async () => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) await work(path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

const isDocument = (response) =>
  response.status === 200 &&
  !response.redirected &&
  (response.headers.get("content-type") ?? "").startsWith("text/html");

/** A full disk is no reason to show less. */
const put = async (name, request, response) =>
  (await caches.open(name)).put(request, response).catch(() => undefined);
