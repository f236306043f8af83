import type { Readable } from "node:stream";

/** What became of a file that was stored. */
export interface Written {
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface PutOptions {
  /** Aborted, nothing is left under the name. */
  readonly signal?: AbortSignal;
  /** About how long the content is. A bucket has to know, since an object has at most ten thousand parts. */
  readonly expectedBytes?: number;
}

/**
 * Where backups lie. Paths have `/` between their names and begin with none; every method that fails says where and
 * what to do about it.
 */
export interface Store {
  /** How messages call it: a folder's path, or `s3://bucket/prefix`. */
  readonly name: string;
  /** Writes a file whole or not at all, and replaces one of that name. */
  put(path: string, content: Readable, options?: PutOptions): Promise<Written>;
  /** @throws FileMissing when there is none. What fails later is an `error` of the stream. */
  get(path: string): Promise<Readable>;
  /** How long a file is, in bytes; null when there is none. */
  size(path: string): Promise<number | null>;
  /** Names of the folders right below one, unfinished uploads included; none where there is no such folder. */
  folders(path: string): Promise<string[]>;
  /** Removes a file; it need not be there. */
  remove(path: string): Promise<void>;
  /** Removes a folder with all that is in it, unfinished uploads included; it need not be there. */
  removeFolder(path: string): Promise<void>;
  close(): void;
}
