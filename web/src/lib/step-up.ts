import type { ApiError } from "@/lib/api.ts";

export type StepUp = ReturnType<typeof createStepUp>;

/**
 * The question "is it you?", asked at most once at a time: what else wants a fresh proof meanwhile waits for the same
 * answer.
 */
export function createStepUp() {
  const listeners = new Set<() => void>();
  let question: {
    readonly methods: readonly string[];
    readonly answered: Promise<boolean>;
  } | null = null;
  let settle: (isProven: boolean) => void = () => undefined;

  const tell = () => {
    for (const listener of listeners) listener();
  };

  /** Resolves to whether it was proven. Where no page asks the question, it was not. */
  function ask({ methods }: ApiError): Promise<boolean> {
    if (listeners.size === 0) return Promise.resolve(false);
    if (question === null) {
      const answered = new Promise<boolean>((resolve) => (settle = resolve));
      question = { methods, answered };
      tell();
    }
    return question.answered;
  }

  function answer(isProven: boolean) {
    question = null;
    settle(isProven);
    tell();
  }

  function subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  return { ask, answer, subscribe, getQuestion: () => question };
}
