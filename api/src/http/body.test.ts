import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import express from "express";
import * as z from "zod";
import { sendAndHangUp } from "../../test/raw.ts";
import type { Endpoint } from "../contract/endpoint.ts";
import { readBody } from "./body.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const endpoint: Endpoint = {
  method: "POST",
  path: "/",
  summary: "",
  auth: "public",
  body: z.unknown(),
  responses: {},
  errors: [],
};

/** What reading the body of this request, of which no more comes, ends with. */
async function failureOf(request: string): Promise<unknown> {
  const app = express();
  const failed = new Promise((resolve) => {
    app.post("/", (req, res) => {
      readBody(endpoint, req).then(resolve, resolve);
      res.on("close", () => res.end());
    });
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await sendAndHangUp({ url: `http://127.0.0.1:${port}` }, request);
  return failed;
}

describe("a body that ends before it should", () => {
  it.each([
    ["of a length that it said", 'Content-Length: 20\r\n\r\n{"day":'],
    ["in chunks", 'Transfer-Encoding: chunked\r\n\r\n7\r\n{"day":\r\n'],
    ["with valid JSON so far", "Content-Length: 20\r\n\r\n{}"],
  ])("is refused: %s", async (_, rest) => {
    const head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    expect(await failureOf(head + rest)).toMatchObject({
      code: "invalid_request",
      particulars: { errors: [{ path: "body", message: "ended too early" }] },
    });
  });
});
