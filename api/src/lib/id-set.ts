const PAGE_BITS = 4096;

/** Many numbers close to each other, such as the ids of a table: a bit each, in pages of 4096. */
export class IdSet {
  static readonly pageSize = BigInt(PAGE_BITS);
  readonly #pages = new Map<bigint, { bits: Uint8Array; count: number }>();

  has(id: bigint): boolean {
    const { page, byte, bit } = placeOf(id);
    return ((this.#pages.get(page)?.bits[byte] ?? 0) & bit) !== 0;
  }

  add(id: bigint): void {
    const { page, byte, bit } = placeOf(id);
    let found = this.#pages.get(page);
    if (found === undefined) {
      found = { bits: new Uint8Array(PAGE_BITS / 8), count: 0 };
      this.#pages.set(page, found);
    }
    const before = found.bits[byte] ?? 0;
    if ((before & bit) === 0) found.count++;
    found.bits[byte] = before | bit;
  }

  /** The number of ids in each page that has any: page `n` are those from `n * pageSize` on. */
  counts(): Map<bigint, number> {
    return new Map([...this.#pages].map(([page, { count }]) => [page, count]));
  }
}

function placeOf(id: bigint): { page: bigint; byte: number; bit: number } {
  const within = Number(id % IdSet.pageSize);
  return { page: id / IdSet.pageSize, byte: within >> 3, bit: 1 << (within & 7) };
}
