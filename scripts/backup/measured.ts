import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import type { Written } from "./store/store.ts";

/**
 * Passes bytes on as they are, and knows how many there were and their hash.
 *
 * @param check - Called once with both after the last byte; what it throws is the error of the stream.
 */
export function measured(
  highWaterMark: number | undefined,
  check?: (written: Written) => void,
): { readonly stream: Transform; readonly written: () => Written } {
  const hash = createHash("sha256");
  let bytes = 0;
  let result: Written | undefined;
  const written = () => (result ??= { bytes, sha256: hash.digest("hex") });
  const stream = new Transform({
    ...(highWaterMark === undefined ? {} : { highWaterMark }),
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
    flush: (done) => {
      try {
        check?.(written());
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  return { stream, written };
}
