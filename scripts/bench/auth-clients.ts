import { Agent, request } from "node:http";

/** An answer, as far as a client minds. */
export interface Reply {
  readonly status: number;
  /** By name. */
  readonly cookies: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Asked {
  readonly method?: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** Sends requests over connections that stay open. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** @throws Error for any answer but 200 and 201. */
  send(asked: Asked): Promise<Reply> {
    const { method = "GET", path, headers, body } = asked;
    const text = body === undefined ? "" : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent: this.#agent,
          host: "127.0.0.1",
          port: this.#port,
          method,
          path,
          headers: {
            ...headers,
            // As a front hands them on: each request from an address of its own, which no limit stops.
            "x-forwarded-for": anyAddress(),
            ...(body === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          },
        },
        (response) => {
          let received = "";
          response.setEncoding("utf8");
          response.on("data", (part: string) => (received += part));
          response.on("end", () => {
            const { statusCode: status = 0, headers: answered } = response;
            if (status !== 200 && status !== 201)
              reject(new Error(`${method} ${path}: ${status} ${received}`));
            else resolve({ status, cookies: cookiesOf(answered["set-cookie"]), text: received });
          });
          response.on("error", reject);
        },
      );
      sent.on("error", (error) => {
        // The server ends a connection that was idle for long, which may cross the next request.
        if (sent.reusedSocket && isReset(error)) resolve(this.send(asked));
        else reject(error);
      });
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

const isReset = (error: Error) => "code" in error && error.code === "ECONNRESET";

function cookiesOf(lines: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** As a browser sends them. */
export const cookieHeader = (cookies: Readonly<Record<string, string>>): string =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");

function anyAddress(): string {
  const byte = () => Math.floor(Math.random() * 256);
  return `10.${byte()}.${byte()}.${byte()}`;
}

/** One after the other, as often as there is time. */
export type Loop = () => Promise<unknown>;

export interface Driven {
  readonly count: number;
  readonly seconds: number;
}

/** Runs each loop again and again for `ms`, all at once, and until it was done often enough. What was begun is finished. */
export async function drive(
  loops: readonly Loop[],
  { ms, atLeast = 0 }: { readonly ms: number; readonly atLeast?: number },
): Promise<Driven> {
  const began = performance.now();
  let count = 0;
  await Promise.all(
    loops.map(async (loop) => {
      while (performance.now() - began < ms || count < atLeast) {
        await loop();
        count++;
      }
    }),
  );
  return { count, seconds: (performance.now() - began) / 1000 };
}
