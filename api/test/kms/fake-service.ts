import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What goes wrong instead of an answer: none ever, a cut connection, a service that is not there, or another answer. */
export type Upset = "hangs" | "cuts" | "is away" | ((answer: Answer) => Answer);

/** A key service on this machine, that can be upset. */
export interface FakeService {
  readonly url: string;
  /** How often it was called. */
  readonly calls: () => number;
  /** How many calls wait for an answer now. */
  readonly atOnce: () => number;
  /** The most calls it ever had at once. */
  readonly mostAtOnce: () => number;
  /** Everything it was sent and has answered, as text. */
  readonly traffic: () => string;
  readonly upset: (how: Upset) => Promise<void>;
  readonly mend: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const THINKING_MS = 2;

export async function fakeService(answerTo: (asked: Asked) => Answer): Promise<FakeService> {
  let server: Server | null = null;
  let port = 0;
  let upset: Upset | null = null;
  let [calls, atOnce, mostAtOnce, traffic] = [0, 0, 0, ""];

  const start = async () => {
    server = createServer((request, response) => {
      calls++;
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      response.on("close", () => atOnce--);
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const asked = { path: request.url ?? "", headers: request.headers, text };
        const answer = answerTo(asked);
        traffic += text + JSON.stringify(answer.body);
        if (upset === "hangs") return;
        if (upset === "cuts") {
          request.socket.destroy();
          return;
        }
        const { status, body } = typeof upset === "function" ? upset(answer) : answer;
        setTimeout(() => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(typeof body === "string" ? body : JSON.stringify(body));
        }, THINKING_MS);
      });
    });
    const started = server;
    await new Promise<void>((done) => started.listen(port, "127.0.0.1", done));
    port = (started.address() as AddressInfo).port;
  };
  const stop = async () => {
    const stopped = server;
    server = null;
    stopped?.closeAllConnections();
    await new Promise((done) => (stopped ? stopped.close(done) : done(undefined)));
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => calls,
    atOnce: () => atOnce,
    mostAtOnce: () => mostAtOnce,
    traffic: () => traffic,
    upset: async (how) => {
      upset = how;
      if (how === "is away") await stop();
    },
    mend: async () => {
      upset = null;
      if (server === null) await start();
    },
    close: stop,
  };
}

/** AES-256-GCM as a key service does it: `nonce 12 | ciphertext | tag 16`. */
export function sealed(key: Buffer, plaintext: Buffer, aad: Buffer): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(aad);
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Undoes {@link sealed}; null when it does not open. */
export function opened(key: Buffer, bytes: Buffer, aad: Buffer): Buffer | null {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
    decipher.setAAD(aad).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch {
    return null;
  }
}
