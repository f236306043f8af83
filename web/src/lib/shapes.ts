/**
 * Reads something from outside of this page (what this device kept, an address) as a `T`: a copy with nothing else in it,
 * or undefined where it is none. What our own API answers was made by the contract, and is not read once more.
 */
export type Reader<T> = (value: unknown) => T | undefined;

export const text: Reader<string> = (value) => (typeof value === "string" ? value : undefined);

export const number: Reader<number> = (value) => (typeof value === "number" ? value : undefined);

/** A whole number from `min` to `max`, both included. */
export const whole =
  (min: number, max: number): Reader<number> =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? value
      : undefined;

export const truth: Reader<boolean> = (value) => (typeof value === "boolean" ? value : undefined);

export const oneOf =
  <const T extends string>(...all: readonly T[]): Reader<T> =>
  (value) =>
    all.find((each) => each === value);

export const orNull =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value) =>
    value === null ? null : read(value);

/** Where it is not there, it is `missing`. */
export const orElse =
  <T>(read: Reader<T>, missing: T): Reader<T> =>
  (value) =>
    value === undefined ? missing : read(value);

export const listOf =
  <T>(read: Reader<T>): Reader<T[]> =>
  (value) => {
    if (!Array.isArray(value)) return undefined;
    const items = value.map((each: unknown) => read(each));
    const known = items.filter((item) => item !== undefined);
    return known.length === items.length ? known : undefined;
  };

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const record: Reader<Readonly<Record<string, unknown>>> = (value) =>
  isObject(value) ? value : undefined;

export const shapeOf =
  <T extends object>(fields: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> =>
  (value) => {
    if (!isObject(value)) return undefined;
    const read: Partial<T> = {};
    for (const name in fields) {
      const field = fields[name](value[name]);
      if (field === undefined) return undefined;
      read[name] = field;
    }
    return read as T;
  };
