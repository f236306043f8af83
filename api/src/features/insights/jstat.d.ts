/** What is used of the package, which comes without types. */
declare module "jstat" {
  const jstat: {
    readonly jStat: {
      /** Ranks from 1 on; equal values have the mean of theirs. */
      readonly rank: (values: readonly number[]) => number[];
      /** Pearson's correlation of samples. */
      readonly corrcoeff: (a: readonly number[], b: readonly number[]) => number;
      readonly mean: (values: readonly number[]) => number;
      /** Of samples, divided by n − 1. */
      readonly covariance: (a: readonly number[], b: readonly number[]) => number;
      /** With `true` that of a sample, divided by n − 1. */
      readonly variance: (values: readonly number[], isSample: boolean) => number;
      readonly studentt: { readonly cdf: (t: number, degreesOfFreedom: number) => number };
    };
  };
  export default jstat;
}
