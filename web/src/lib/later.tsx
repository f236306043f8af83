"use client";

import { type ComponentType, lazy, type ReactNode, Suspense } from "react";

/**
 * A part of a private page that is loaded when it is first shown, which is never on the server; `waiting` stands in its
 * place until then. It does what `dynamic` of Next does, for a tenth of the code.
 */
export function later<P extends object>(
  load: () => Promise<{ readonly default: ComponentType<P> }>,
  waiting: ReactNode = null,
): ComponentType<P> {
  const Part = lazy(load);
  return function Later(props: P) {
    return (
      <Suspense fallback={waiting}>
        <Part {...props} />
      </Suspense>
    );
  };
}
