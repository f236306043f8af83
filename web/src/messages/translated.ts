/** The same keys, in other words. */
export type Translated<M> = {
  readonly [K in keyof M]: M[K] extends string ? string : Translated<M[K]>;
};
