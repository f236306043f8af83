import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import express from "express";
import { createLogger } from "../lib/logger.ts";
import { answerErrors } from "./errors.ts";

describe("a failure amid an answer", () => {
  it("cuts the connection, so that nobody takes the half for the whole", async () => {
    const app = express();
    app.get("/", (_req, res) => {
      res.write("half");
      throw new Error("amid the answer");
    });
    app.use(answerErrors(createLogger("api", "silent")));
    const server = createServer(app).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const answer = fetch(`http://127.0.0.1:${port}`).then((response) => response.text());
    await expect(answer).rejects.toThrow(/fetch failed|terminated/);
    server.close();
  });
});
