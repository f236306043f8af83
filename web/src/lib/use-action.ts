import { useEffect, useEffectEvent, useRef, useState } from "react";

/*
 * What the pages before a sign-in need of asking the API: to do one thing, and to read one thing once. What keeps the
 * answers of a whole journal is loaded with that (lib/queries.tsx).
 */

interface Action<V, T> {
  readonly mutationFn: (variables: V) => Promise<T>;
  readonly onSuccess?: (data: T, variables: V) => void;
  readonly onError?: (error: Error, variables: V) => void;
}

type State<V, T> =
  | (Idle & { readonly variables: undefined })
  | (Omit<Idle, "isPending"> & { readonly isPending: true; readonly variables: V })
  | (Omit<Idle, "isSuccess" | "data"> & {
      readonly isSuccess: true;
      readonly variables: V;
      readonly data: T;
    })
  | (Omit<Idle, "isError" | "error"> & {
      readonly isError: true;
      readonly variables: V;
      readonly error: Error;
    });

interface Idle {
  readonly isPending: false;
  readonly isSuccess: false;
  readonly isError: false;
  readonly data: undefined;
  readonly error: null;
}

const IDLE: Idle = {
  isPending: false,
  isSuccess: false,
  isError: false,
  data: undefined,
  error: null,
};

/** Something that is done when it is told to, in the manner of `useMutation`. */
export function useAction<T, V = void>({ mutationFn, onSuccess, onError }: Action<V, T>) {
  const [state, setState] = useState<State<V, T>>({ ...IDLE, variables: undefined });
  const turns = useRef(0);

  const run = async (variables: V) => {
    const turn = (turns.current += 1);
    const become = (next: State<V, T>) => {
      // What was begun last is what is shown.
      if (turn === turns.current) setState(next);
    };
    become({ ...IDLE, isPending: true, variables });
    try {
      const data = await mutationFn(variables);
      onSuccess?.(data, variables);
      become({ ...IDLE, isSuccess: true, variables, data });
    } catch (caught) {
      const error = caught instanceof Error ? caught : new Error(String(caught));
      onError?.(error, variables);
      become({ ...IDLE, isError: true, variables, error });
    }
  };

  return {
    ...state,
    mutate: (variables: V) => void run(variables),
    /** Forgets what came of it. */
    reset: () => {
      turns.current += 1;
      setState({ ...IDLE, variables: undefined });
    },
  };
}

/** What `read` answers, asked for once, as soon as `isWanted`. */
export function useAnswer<T>(read: () => Promise<T>, isWanted = true) {
  const [answer, setAnswer] = useState<{ readonly data?: T; readonly error?: unknown }>({});
  const isAsked = useRef(false);
  const ask = useEffectEvent(async () => {
    try {
      setAnswer({ data: await read() });
    } catch (error) {
      setAnswer({ error });
    }
  });
  useEffect(() => {
    // Once, also where effects are run twice to find what is not ready for it.
    if (!isWanted || isAsked.current) return;
    isAsked.current = true;
    void ask();
  }, [isWanted]);
  return answer;
}
