import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Front, startFront } from "./front.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

interface Sent {
  readonly path: string;
  readonly host?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
}

const folder = mkdtempSync(join(tmpdir(), "front-"));
const apiSocket = join(folder, "api.sock");
let api: Server;
let web: Server;
let front: Front;

beforeAll(async () => {
  api = await listen(createServer(echo), apiSocket);
  api.on("upgrade", (_request, socket) => {
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    socket.pipe(socket);
  });
  web = await listen(
    createServer((_request, response) => {
      response.setHeader("X-Middleware-Rewrite", "http://127.0.0.1:1/inside");
      response.setHeader("X-Powered-By", "something");
      response.end("page");
    }),
    0,
  );
  front = await startFront({ port: 0, host: "0.0.0.0", apiSocket, webPort: portOf(web) });
});

afterAll(async () => {
  await front.close({ hurry: true });
  api.close();
  web.close();
  rmSync(folder, { recursive: true });
});

describe("the front", () => {
  it("sends the API its paths and the web server the rest", async () => {
    for (const path of ["/api", "/api/entries?from=1", "/health/ready", "/dev/outbox"]) {
      expect(heard(await ask({ path })).url).toBe(path);
    }
    for (const path of ["/", "/apiary", "/devices", "/today"]) {
      expect((await ask({ path })).body.toString()).toBe("page");
    }
  });

  it("says who the client really is, whatever the client says of itself (CVE-2025-29927)", async () => {
    const lies = {
      "X-Forwarded-For": "6.6.6.6",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "evil.example",
      "X-Forwarded-Port": "1",
      "X-Real-IP": "6.6.6.6",
      Forwarded: "for=6.6.6.6",
      "X-Middleware-Subrequest": "middleware",
    };
    const { headers } = heard(await ask({ path: "/api/x", headers: lies }));
    expect(headers["x-forwarded-for"]).toBe("127.0.0.1");
    expect(headers["x-forwarded-proto"]).toBe("http");
    expect(headers["x-forwarded-host"]).toBe(`127.0.0.1:${front.port}`);
    expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|evil|middleware/);
  });

  it("makes no upgrade of a request whose connection is none", async () => {
    const sent = { Upgrade: "websocket", Connection: "keep-alive" };
    const { headers } = heard(await ask({ path: "/api/x", headers: sent }));
    expect(headers["upgrade"]).toBeUndefined();
    expect(headers["connection"]).toBe("keep-alive");
  });

  it("lets nothing of the backend's insides out", async () => {
    const { headers } = await ask({ path: "/" });
    expect(Object.keys(headers).join()).not.toMatch(/middleware|powered/);
  });

  it("passes 64 MiB through unchanged, both ways", async () => {
    const body = randomBytes(64 * 1024 * 1024);
    const answer = await ask({ path: "/api/mirror", method: "POST", body });
    expect(digest(answer.body)).toBe(digest(body));
  });

  it("passes on what is answered before the body has come", async () => {
    const body = randomBytes(1_000_000);
    const refused = () => ask({ path: "/api/refused", method: "POST", body });
    const answers = await Promise.all(Array.from({ length: 60 }, refused));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([429]));
  });

  it("lets the client see that an answer was cut off", async () => {
    await expect(ask({ path: "/api/cut" })).rejects.toThrow(/aborted|hang up/);
  });

  it("carries an upgraded connection and ends it when either side does", async () => {
    const socket = await new Promise<Duplex>((done, fail) => {
      const asking = request({
        port: front.port,
        path: "/api/realtime",
        headers: { Connection: "Upgrade", Upgrade: "websocket" },
      });
      asking.once("upgrade", (_answer, upgraded) => done(upgraded));
      asking.once("error", fail);
      asking.end();
    });
    const said = new Promise<string>((done) => socket.once("data", (data) => done(String(data))));
    socket.write("hello");
    expect(await said).toBe("hello");
    const closed = new Promise((done) => socket.once("close", done));
    socket.end();
    await closed;
  });

  it("shows the routes for development to this machine only, by its own name, and not through a proxy", async () => {
    const path = "/dev/outbox";
    expect((await ask({ path, headers: { Host: "localhost:3000" } })).status).toBe(200);
    expect((await ask({ path, headers: { Host: "evil.example" } })).status).toBe(403);
    expect((await ask({ path, headers: { "X-Forwarded-For": "6.6.6.6" } })).status).toBe(403);
    const elsewhere = outsideAddress();
    if (elsewhere !== undefined) {
      const headers = { Host: "localhost" };
      expect((await ask({ path, host: elsewhere, headers })).status).toBe(403);
    }
  });

  it("answers 503 while a backend is away, and goes on when it is back", async () => {
    const elsewhere = join(folder, "other.sock");
    const nobody = await listen(createServer(), 0);
    const webPort = portOf(nobody);
    nobody.close();
    const lonely = await startFront({ port: 0, apiSocket: elsewhere, webPort });
    try {
      const fromApi = await ask({ path: "/api/me" }, lonely.port);
      expect(fromApi.status).toBe(503);
      expect(fromApi.headers["content-type"]).toBe("application/problem+json");
      const fromWeb = await ask({ path: "/" }, lonely.port);
      expect(fromWeb.status).toBe(503);
      expect(fromWeb.headers["content-type"]).toContain("text/html");
      const back = await listen(createServer(echo), elsewhere);
      expect((await ask({ path: "/api/me" }, lonely.port)).status).toBe(200);
      back.close();
    } finally {
      await lonely.close({ hurry: true });
    }
  });
});

/** A backend that says what it heard, sends a body back, or breaks off in the middle. */
function echo(asked: IncomingMessage, answer: ServerResponse): void {
  if (asked.url === "/api/mirror") {
    void pipeline(asked, answer);
  } else if (asked.url === "/api/refused") {
    answer.writeHead(429).end();
  } else if (asked.url === "/api/cut") {
    answer.writeHead(200, { "Content-Length": "1000" });
    answer.write("half", () => answer.destroy());
  } else {
    answer.end(JSON.stringify({ url: asked.url, headers: asked.headers }));
  }
}

const heard = (answer: Answer) =>
  JSON.parse(answer.body.toString()) as { url: string; headers: Record<string, string> };

function ask(sent: Sent, port = front.port): Promise<Answer> {
  const { path, host = "127.0.0.1", method = "GET", headers = {}, body } = sent;
  return new Promise((done, fail) => {
    const asking = request({ host, port, path, method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("error", fail);
      answer.once("end", () => {
        const { statusCode = 0, headers: got } = answer;
        done({ status: statusCode, headers: got, body: Buffer.concat(chunks) });
      });
    });
    asking.once("error", fail);
    asking.end(body);
  });
}

const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

const listen = (server: Server, where: string | number) =>
  new Promise<Server>((done) => server.listen(where, () => done(server)));

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** An address of this machine that is not loopback, where it has one. */
const outsideAddress = () =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
