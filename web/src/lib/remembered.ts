/** A mark that outlives the page; where storage is refused it is never set. */
export const localMark = (key: string) => ({
  isSet: (): boolean => {
    try {
      return localStorage.getItem(key) !== null;
    } catch {
      return false;
    }
  },
  set: (isSet: boolean): void => {
    try {
      if (isSet) localStorage.setItem(key, "1");
      else localStorage.removeItem(key);
    } catch {
      // Nothing is kept then either, which is all that these marks are about.
    }
  },
});

/**
 * Whether whoever signed in here asked to stay signed in. Only then does this device keep copies of their journal, to be
 * read while the server is out of reach; a computer that is shared keeps none.
 */
export const remembered = localMark("timos.remembered");
