import type { IncomingMessage } from "node:http";

/** What only a proxy may say of a request, and what addresses Next's own insides. */
const NOT_FROM_CLIENTS =
  /^(forwarded|via|x-real-ip|x-forwarded(-.*)?|x-middleware-.*|x-client-ip)$/;
const SAYS_IT_WAS_FORWARDED = /^(forwarded|via|x-real-ip|x-forwarded(-.*)?)$/;
/** Of one connection, not of the request (RFC 9110, 7.6.1); we make our own towards the backend. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "expect"];

/**
 * Makes a request say of its client what we know and nothing else: whatever it claimed of itself is dropped, so
 * that limits by address count the real one.
 */
export function setForwarded(
  request: IncomingMessage,
  { isUpgrade }: { readonly isUpgrade: boolean },
): void {
  const { headers } = request;
  for (const name of Object.keys(headers)) {
    const isDropped = NOT_FROM_CLIENTS.test(name) || HOP_BY_HOP.includes(name);
    if (isDropped) Reflect.deleteProperty(headers, name);
  }
  // What is an upgrade the client's connection decides; a backend that is told so by another way in would believe it.
  if (!isUpgrade) Reflect.deleteProperty(headers, "upgrade");
  // A backend that is told to close cuts the connection once it has answered, and the answer is lost where it was given
  // before the body had come. We end the connection ourselves.
  headers.connection = isUpgrade ? "Upgrade" : "keep-alive";
  headers["x-forwarded-for"] = peerOf(request);
  headers["x-forwarded-proto"] = "http";
  headers["x-forwarded-host"] = headers.host ?? "";
}

/**
 * May this request read the routes for development, which show mail meant for others? Only from this machine, by a
 * name of this machine (a page of another site cannot send that), and not through a proxy, behind which anybody
 * may be.
 */
export function mayUseDevRoutes(request: IncomingMessage): boolean {
  const isForwarded = Object.keys(request.headers).some((name) => SAYS_IT_WAS_FORWARDED.test(name));
  return !isForwarded && isLoopback(peerOf(request)) && isOwnName(request.headers.host);
}

const isLoopback = (address: string) => address === "::1" || address.startsWith("127.");

function isOwnName(host: string | undefined): boolean {
  const name = (host ?? "").replace(/:\d*$/, "").toLowerCase();
  return name === "localhost" || name === "127.0.0.1" || name === "[::1]";
}

/** The address of whoever is connected to us, IPv4 as such. */
const peerOf = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
