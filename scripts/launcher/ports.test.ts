import { createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { choosePort } from "./ports.ts";

let taken: Server;
let port: number;

beforeEach(async () => {
  taken = createServer();
  await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
  port = (taken.address() as AddressInfo).port;
});

afterEach(() => {
  taken.close();
});

describe("choosing a port", () => {
  it("names the port and the variable when the one asked for is taken", async () => {
    const chosen = choosePort("WEB_PORT", String(port), 3000);
    await expect(chosen).rejects.toThrow(`Port ${port}, asked for by WEB_PORT, is taken`);
  });

  it("moves on to the next free one when none was asked for", async () => {
    expect(await choosePort("WEB_PORT", undefined, port)).toBeGreaterThan(port);
  });

  it("takes the one asked for when it is free", async () => {
    taken.close();
    expect(await choosePort("WEB_PORT", String(port), 3000)).toBe(port);
  });

  it("refuses what is no port", async () => {
    for (const text of ["0", "65536", "-1", "80x", "3000.5", " "]) {
      await expect(choosePort("API_PORT", text, 4000)).rejects.toThrow("API_PORT must be a port");
    }
  });
});
