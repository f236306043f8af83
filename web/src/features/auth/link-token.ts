import { useSyncExternalStore } from "react";

/**
 * A hook that gives what the link that led here carries in its fragment, which no server sees: undefined until looked for,
 * null when there is none, or not a whole one. It is taken out of the address bar as soon as the page stands, and stays
 * with the tab.
 */
function fromFragment(name: string, form: RegExp) {
  const prefix = `#${name}=`;
  let value: string | null | undefined;

  function takeFromAddress() {
    value ??= null;
    if (!location.hash.startsWith(prefix)) return;
    const found = location.hash.slice(prefix.length);
    value = form.test(found) ? found : null;
    history.replaceState(null, "", `${location.pathname}${location.search}`);
  }

  function subscribe(listener: () => void) {
    const look = () => {
      takeFromAddress();
      listener();
    };
    takeFromAddress();
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  }

  return () =>
    useSyncExternalStore(
      subscribe,
      () => value,
      () => undefined,
    );
}

/** The token of a link that does something. */
export const useLinkToken = fromFragment("token", /^[\w-]+$/);

/** The token of the link that lets an owner sign in while strangers who fail have to wait. */
export const useSignInPass = fromFragment("pass", /^[\w-]{32}$/);
