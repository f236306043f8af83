/**
 * The token of the link that led here: undefined until looked for, null when there is none. It comes in the fragment,
 * which no server sees, and is taken out of the address bar as soon as the page stands.
 */
let token: string | null | undefined;
let used: string | null = null;

const inAddress = () => /^#token=([A-Za-z0-9_-]+)$/.exec(location.hash)?.[1] ?? null;

function clearAddress() {
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
}

export const linkToken = {
  get: (): string | null => (token ??= inAddress()),

  subscribe: (listener: () => void) => {
    const look = () => {
      token = inAddress() ?? token;
      clearAddress();
      listener();
    };
    clearAddress();
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  },

  /** True for the first use of each token. */
  use: (presented: string): boolean => {
    if (used === presented) return false;
    used = presented;
    return true;
  },
};
