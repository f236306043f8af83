/** Removes what the service worker keeps, and itself. The next who stays signed in has it again. */
export async function removeWorker(): Promise<void> {
  if ("serviceWorker" in navigator) {
    for (const registration of await navigator.serviceWorker.getRegistrations()) {
      await registration.unregister();
    }
  }
  if ("caches" in globalThis) {
    for (const name of await caches.keys()) await caches.delete(name);
  }
}
