import { MekUnavailable, type Trouble } from "./provider.ts";
import type { Call } from "./remote.ts";

/** More than any answer about one data key. */
const LONGEST_ANSWER = 64 * 1024;

/**
 * Posts `body`, and returns the status and the JSON of the answer; null when it is none. Follows no redirection, which
 * would carry our credentials elsewhere.
 *
 * @throws {@link MekUnavailable} when there is no answer.
 */
export async function postJson(
  { context, signal }: Call,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<{ status: number; answer: unknown }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "error",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    return { status: response.status, answer: parse(await textOf(response)) };
  } catch {
    throw new MekUnavailable(context.mekRef, signal.aborted ? "slow" : "unreachable");
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body = response.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** What a status says where the service's own words say nothing more. */
export function troubleOf(status: number): Trouble {
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "no_key";
  if (status === 408 || status === 504) return "slow";
  if (status === 429) return "throttled";
  return status < 300 ? "garbled" : "failing";
}
