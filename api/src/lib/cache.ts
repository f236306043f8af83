/** What a cache has done since the process began, and how full it is. */
export interface CacheState {
  /** How often what was asked for was there, or already on its way. */
  readonly hits: number;
  readonly misses: number;
  readonly size: number;
  readonly limit: number;
}
