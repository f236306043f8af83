import type { TestApp } from "../app.ts";
import type { Reply } from "../people.ts";
import { APP_URL } from "./provider.ts";

interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * As much of a browser as signing in with a provider needs: cookies by host, redirections, forms that submit themselves.
 * What it sends to the address people open goes to the API under test.
 */
export interface Browser {
  readonly jar: Map<string, Map<string, string>>;
  /** The value of one of our cookies. */
  cookie(name: string): string | undefined;
  /** Calls the API as a page of ours does. */
  call(method: string, path: string, sent?: Sent): Promise<Reply>;
  /** Goes to `url` and on until a page of ours is reached, whose address is returned. */
  go(url: string, until?: (url: URL) => boolean): Promise<URL>;
}

const MAX_STEPS = 20;
let count = 0;

export function openBrowser(app: Pick<TestApp, "url">): Browser {
  const jar = new Map<string, Map<string, string>>();
  // An address of its own, so that no limit counts it together with others.
  count += 1;
  const address = `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`;

  const send = async (url: URL, init: RequestInit): Promise<Response> => {
    const isOurs = url.origin === APP_URL;
    const cookies = jar.get(url.host) ?? new Map<string, string>();
    const headers = new Headers(init.headers);
    // What another site's form posts comes without our cookies: they are SameSite=Lax.
    const isForeign = isOurs && init.method === "POST" && headers.get("origin") !== APP_URL;
    if (cookies.size > 0 && !isForeign) {
      headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    }
    if (isOurs) headers.set("x-forwarded-for", address);
    const target = isOurs ? new URL(url.pathname + url.search, app.url) : url;
    const response = await fetch(target, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(pair.indexOf("=") + 1);
      const isGone =
        value === "" ||
        attributes.some((text) => /^(max-age=0|expires=Thu, 01 Jan 1970)/i.test(text));
      if (isGone) cookies.delete(name);
      else cookies.set(name, value);
    }
    jar.set(url.host, cookies);
    return response;
  };

  return {
    jar,
    cookie: (name) => jar.get(new URL(APP_URL).host)?.get(`timos_${name}`),
    call: async (method, path, { body, headers } = {}) => {
      const response = await send(new URL(path, APP_URL), {
        method,
        headers: {
          origin: APP_URL,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") ?? false;
      return {
        status: response.status,
        headers: response.headers,
        body: isJson ? (JSON.parse(text) as Reply["body"]) : { text },
      };
    },
    go: async (start, until = isPage) => {
      let [url, init] = [new URL(start), { method: "GET" } as RequestInit];
      for (let step = 0; step < MAX_STEPS; step++) {
        if (until(url)) return url;
        const response = await send(url, init);
        const location = response.headers.get("location");
        if (location !== null) {
          [url, init] = [new URL(location, url), { method: "GET" }];
          continue;
        }
        const text = await response.text();
        const form = readForm(text);
        if (form === null) throw new Error(`${url.href} answered ${response.status}: ${text}`);
        url = new URL(form.action, url);
        init = { method: "POST", body: form.body, headers: { origin: "null" } };
      }
      throw new Error("redirected without end");
    },
  };
}

const isPage = (url: URL) => url.origin === APP_URL && !url.pathname.startsWith("/api/");

function readForm(html: string): { action: string; body: URLSearchParams } | null {
  const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1];
  if (action === undefined) return null;
  const inputs = [...html.matchAll(/<input[^>]* name="([^"]*)" value="([^"]*)"/g)];
  const body = new URLSearchParams(
    inputs.map(([, name = "", value = ""]): [string, string] => [
      name,
      value.replaceAll("&quot;", '"'),
    ]),
  );
  return { action, body };
}
