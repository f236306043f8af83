/** What the page and its service worker say to each other. */
type Message =
  { readonly is: "take over" } | { readonly is: "keep"; readonly pages: readonly string[] };

const say = (worker: ServiceWorker | null, message: Message) => worker?.postMessage(message);

/**
 * Lets these pages open without a connection. `noteNewer` is told when a newer version of them waits, and how to load it.
 *
 * @param pages - The paths of documents to keep.
 */
export async function registerWorker(
  pages: readonly string[],
  noteNewer: (load: () => void) => void,
): Promise<void> {
  // eslint-disable-next-line no-restricted-properties -- a constant of the build, put in by Next
  if (process.env.NODE_ENV !== "production" || !("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const registration = await serviceWorker.register("/service-worker", {
    scope: "/",
    updateViaCache: "none",
  });
  const tell = () => {
    // The first one takes over by itself: there was nothing before it that it could break.
    const { waiting } = registration;
    if (waiting === null || serviceWorker.controller === null) return;
    noteNewer(() => {
      serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      say(waiting, { is: "take over" });
    });
  };
  tell();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  const ready = await serviceWorker.ready;
  say(ready.active, { is: "keep", pages });
}
