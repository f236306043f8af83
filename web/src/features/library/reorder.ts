/** The same ids with one of them at `index`, or at the end nearest to it. */
export function movedTo(ids: readonly string[], id: string, index: number): string[] {
  const others = ids.filter((each) => each !== id);
  const place = Math.min(Math.max(index, 0), others.length);
  return [...others.slice(0, place), id, ...others.slice(place)];
}

/** Where among rows something stands that is held at height `y`: after all whose middle is above it. */
export const placeAt = (middles: readonly number[], y: number): number =>
  middles.filter((middle) => middle < y).length;

/** The records in the order of their ids; those that are not named stay behind, as they were. */
export function inOrder<R extends { readonly id: string }>(
  records: readonly R[],
  ids: readonly string[],
): R[] {
  const places = new Map(ids.map((id, place) => [id, place]));
  const placeOf = ({ id }: R) => places.get(id) ?? ids.length;
  return records.toSorted((one, other) => placeOf(one) - placeOf(other));
}
