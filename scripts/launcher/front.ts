import { Agent, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createProxyServer, type ProxyServer } from "httpxy";
import { answerApiUnavailable, answerForbidden, answerWebUnavailable } from "./front-answers.ts";
import { mayUseDevRoutes, setForwarded } from "./front-headers.ts";

interface FrontOptions {
  readonly port: number;
  readonly host?: string;
  /** The unix socket of the API. It believes what we say of the client, because only we can reach it. */
  readonly apiSocket: string;
  /** The loopback port of the web server. */
  readonly webPort: number;
}

export interface Front {
  readonly port: number;
  /** Takes no new connection and waits for the requests being answered; told to hurry, it cuts them off. */
  close(options: { hurry: boolean }): Promise<void>;
}

type Backend = "api" | "web";

/** How long requests being answered may take once we close. */
const CLOSE_WITHIN_MS = 5_000;

/**
 * The one address people use: `/api`, `/health` and `/dev` go to the API, everything else to the web server, so that
 * both are of the same origin. Bodies pass through unbuffered, whatever their length.
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  // A connection a request: a kept one may be closed by the backend just as a request is sent, which then fails.
  const agent = new Agent({ keepAlive: false });
  const proxies: Record<Backend, ProxyServer> = {
    api: proxyTo({ socketPath: options.apiSocket }, agent),
    web: proxyTo({ host: "127.0.0.1", port: options.webPort }, agent),
  };
  const server = createServer((request, response) => {
    const backend = backendOf(request);
    if (backend === undefined) {
      answerForbidden(response);
      return;
    }
    setForwarded(request, { isUpgrade: false });
    proxies[backend].web(request, response).catch(() => {
      answerUnavailable(backend, response);
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const backend = backendOf(request);
    if (backend === undefined || request.headers.upgrade?.toLowerCase() !== "websocket") {
      const status = backend === undefined ? "403 Forbidden" : "501 Not Implemented";
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    setForwarded(request, { isUpgrade: true });
    proxies[backend].ws(request, socket, {}, head).catch(() => socket.destroy());
  });
  const upgraded = new Set<Socket>();
  server.on("upgrade", (_request, socket: Socket) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
  });
  // A slow upload is no fault; only the head has to come in time.
  server.requestTimeout = 0;
  server.headersTimeout = 60_000;

  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(options.port, options.host ?? "127.0.0.1", done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: ({ hurry }) =>
      new Promise((done) => {
        const cut = () => {
          server.closeAllConnections();
        };
        const late = setTimeout(cut, hurry ? 0 : CLOSE_WITHIN_MS);
        server.close(() => {
          clearTimeout(late);
          done();
        });
        for (const socket of upgraded) socket.destroy();
      }),
  };
}

function proxyTo(target: { socketPath: string } | { host: string; port: number }, agent: Agent) {
  const proxy = createProxyServer({ target, agent, ws: true });
  proxy.on("proxyRes", (answer) => {
    // Of the connection between us and the backend, or of the backend's insides: not for the client.
    for (const name of Object.keys(answer.headers)) {
      if (/^(connection|keep-alive|x-powered-by|x-middleware-.*)$/.test(name)) {
        Reflect.deleteProperty(answer.headers, name);
      }
    }
  });
  proxy.on("proxyReqWs", (outgoing, _request, client) => {
    // Pipes pass on an orderly end only; a side that is cut off must take the other with it.
    outgoing.on("upgrade", (_answer, backend) => {
      client.once("close", () => backend.destroy());
      backend.once("close", () => client.destroySoon());
    });
  });
  return proxy;
}

function answerUnavailable(backend: Backend, response: ServerResponse): void {
  // Once the head is out, all that is left is to let the client see that the body is not whole.
  if (response.headersSent) response.destroy();
  else if (backend === "api") answerApiUnavailable(response);
  else answerWebUnavailable(response);
}

function backendOf(request: IncomingMessage): Backend | undefined {
  const path = /^[^?#]*/.exec(request.url ?? "")?.[0] ?? "";
  if (isUnder(path, "/dev")) return mayUseDevRoutes(request) ? "api" : undefined;
  return isUnder(path, "/api") || isUnder(path, "/health") ? "api" : "web";
}

const isUnder = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
