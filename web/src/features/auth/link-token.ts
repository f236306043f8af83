/**
 * The token of the link that led here: undefined until looked for, null when there is none. It comes in the fragment,
 * which no server sees, and is taken out of the address bar as soon as the page stands.
 */
let token: string | null | undefined;

function takeFromAddress() {
  token = /^#token=([A-Za-z0-9_-]+)$/.exec(location.hash)?.[1] ?? token ?? null;
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
}

export const linkToken = {
  get: () => token,

  subscribe: (listener: () => void) => {
    const look = () => {
      takeFromAddress();
      listener();
    };
    takeFromAddress();
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  },
};
