const KEY = "timos.remembered";

/**
 * Whether whoever signed in here asked to stay signed in. Only then does this device keep copies of their journal, to be
 * read while the server is out of reach; a computer that is shared keeps none.
 */
export const remembered = {
  isSet: (): boolean => {
    try {
      return localStorage.getItem(KEY) !== null;
    } catch {
      return false;
    }
  },
  set: (isRemembered: boolean): void => {
    try {
      if (isRemembered) localStorage.setItem(KEY, "1");
      else localStorage.removeItem(KEY);
    } catch {
      // Storage is refused, and so nothing is kept.
    }
  },
};
