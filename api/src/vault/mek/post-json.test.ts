import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { postJson, troubleOf } from "./post-json.ts";
import type { Call } from "./remote.ts";

const LONGEST = 64 * 1024;

let asked: { method: string; headers: IncomingMessage["headers"]; body: string }[];
let reply: (response: ServerResponse) => void;
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    asked.push({ method: request.method ?? "", headers: request.headers, body });
    reply(response);
  });
});
beforeEach(async () => {
  asked = [];
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const call = (signal = new AbortController().signal): Call => ({
  key: "key",
  context: {
    ownerId: randomBytes(16),
    version: 1,
    dekId: randomBytes(16),
    mekRef: "vaulttransit:key",
  },
  signal,
});
const post = (signal?: AbortSignal) => {
  const { port } = server.address() as AddressInfo;
  return postJson(call(signal), `http://127.0.0.1:${port}/`, { "x-token": "t" }, { a: 1 });
};

describe("a request to a key service", () => {
  it("is JSON with our credentials, and its answer is read with its status", async () => {
    reply = (response) => response.writeHead(418).end('{"b":2}');
    expect(await post()).toEqual({ status: 418, answer: { b: 2 } });
    expect(asked).toMatchObject([
      {
        method: "POST",
        headers: { "content-type": "application/json", "x-token": "t" },
        body: '{"a":1}',
      },
    ]);
  });

  it.each(["", "<html>", '{"b":'])("has no answer in what is no JSON: %j", async (text) => {
    reply = (response) => response.end(text);
    expect(await post()).toEqual({ status: 200, answer: null });
  });

  it("has no answer in one without a body", async () => {
    reply = (response) => response.writeHead(204).end();
    expect(await post()).toEqual({ status: 204, answer: null });
  });

  it("reads as much as an answer about a key can have, and no more", async () => {
    const text = (length: number) => JSON.stringify("x".repeat(length - 2));
    reply = (response) => response.end(text(LONGEST));
    expect((await post()).answer).toHaveLength(LONGEST - 2);
    reply = (response) => response.end(text(LONGEST + 1));
    expect((await post()).answer).toBeNull();
    // One that never ends is given up.
    reply = (response) => {
      const more = (): void => {
        if (response.writable) response.write("x".repeat(LONGEST), more);
      };
      more();
    };
    expect((await post()).answer).toBeNull();
  });

  it("carries our credentials nowhere else", async () => {
    reply = (response) => response.writeHead(307, { location: "/elsewhere" }).end();
    await expect(post()).rejects.toMatchObject({ trouble: "unreachable" });
    expect(asked).toHaveLength(1);
  });

  it("that has no answer says whether it was waited for, and nothing of what was sent", async () => {
    reply = (response) => response.destroy();
    const refused = { name: "MekUnavailable", trouble: "unreachable", mekRef: "vaulttransit:key" };
    await expect(post()).rejects.toMatchObject(refused);
    const gaveUp = new AbortController();
    reply = () => gaveUp.abort();
    await expect(post(gaveUp.signal)).rejects.toMatchObject({ ...refused, trouble: "slow" });
  });

  it.each([
    [200, "garbled"],
    [299, "garbled"],
    [300, "failing"],
    [400, "failing"],
    [401, "denied"],
    [403, "denied"],
    [404, "no_key"],
    [408, "slow"],
    [429, "throttled"],
    [500, "failing"],
    [503, "failing"],
    [504, "slow"],
  ])("that is answered with %i has the trouble %s", (status, trouble) => {
    expect(troubleOf(status)).toBe(trouble);
  });
});
