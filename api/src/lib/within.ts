/**
 * What `work` comes to, if it does within `milliseconds`. The work itself goes on.
 *
 * Around every statement: a plain timer costs a tenth of one that can be aborted.
 *
 * @throws Error with code `ETIMEDOUT`, or what `work` throws.
 */
export function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }));
    }, milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
