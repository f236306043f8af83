import { useSyncExternalStore } from "react";

/**
 * A hook that gives what the link that led here carries in its fragment, which no server sees: undefined until looked for,
 * null when there is none. It is taken out of the address bar as soon as the page stands, and stays with the tab.
 */
function fromFragment(name: string) {
  const pattern = new RegExp(`^#${name}=([A-Za-z0-9_-]+)$`);
  let value: string | null | undefined;

  function takeFromAddress() {
    const found = pattern.exec(location.hash)?.[1];
    value = found ?? value ?? null;
    if (found !== undefined) {
      history.replaceState(null, "", `${location.pathname}${location.search}`);
    }
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
export const useLinkToken = fromFragment("token");

/** The token of the link that lets an owner sign in while strangers who fail have to wait. */
export const useSignInPass = fromFragment("pass");
