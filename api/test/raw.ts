import { request } from "node:http";
import { connect } from "node:net";
import type { TestApp } from "./app.ts";
import type { Reply } from "./people.ts";

interface Raw {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends a request with the headers and bytes that are given and no others, which `fetch` would add to or refuse. */
export function send(
  app: Pick<TestApp, "url">,
  method: string,
  path: string,
  { headers = {}, body = "" }: Raw = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(app.url);
    const hasLength = body.length > 0 && headers["transfer-encoding"] === undefined;
    const sent = request({
      hostname,
      port,
      method,
      path,
      agent: false,
      headers: { ...(hasLength ? { "content-length": Buffer.byteLength(body) } : {}), ...headers },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers["content-type"]?.includes("json") === true && text !== "";
        const pairs: [string, string][] = [];
        for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
          pairs.push([response.rawHeaders[i] ?? "", response.rawHeaders[i + 1] ?? ""]);
        }
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(pairs),
          body: isJson ? (JSON.parse(text) as Reply["body"]) : { text },
        });
      });
    });
    sent.end(body);
  });
}

/** Sends a part of a request and hangs up. Resolves when the server has hung up too. */
export function sendAndHangUp(app: Pick<TestApp, "url">, bytes: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.resume();
  });
}
