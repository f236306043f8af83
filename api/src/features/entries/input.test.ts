import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { openTestApp, type TestApp } from "../../../test/app.ts";
import { signUp, type Person, type Reply } from "../../../test/people.ts";
import { send, sendAndHangUp } from "../../../test/raw.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await signUp(app);
});
afterAll(() => app.close());

const DAY = "2026-11-21";
const MIB = 1024 * 1024;
const newPath = () => `/api/entries/${randomUUID()}`;
const put = (path: string, body: unknown) => ada.call("PUT", path, { body });

/** A PUT of these bytes, as they are. */
const putBytes = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  send(app, "PUT", path, {
    body,
    headers: {
      authorization: `Bearer ${ada.accessToken}`,
      "content-type": "application/json",
      ...headers,
    },
  });

const faults = (reply: Reply) => reply.body["errors"] as { path: string; message: string }[];

async function expectRefused(path: string, reply: Reply, status: number, code: string) {
  expect(reply).toMatchObject({ status, body: { status, code } });
  expect(reply.headers.get("content-type")).toContain("application/problem+json");
  expect((await ada.call("GET", path)).status).toBe(404);
}

describe("text", () => {
  it.each([
    ["emoji", "👨‍👩‍👧‍👦 🏳️‍🌈 🇨🇭 😀"],
    ["NUL", "before\0after\0"],
    ["every control character", String.fromCharCode(...Array(32).keys(), 127, 128, 159)],
    ["line breaks of three kinds", "a\r\nb\nc\rd\r\n"],
    ["combining marks, not composed", "e\u0301 A\u030a \u1100\u1161"],
    ["composed marks", "é Å 가"],
    ["right to left, and its marks", "\u202eשלום\u202c \u200fمرحبا\u200e"],
    ["noncharacters and a byte order mark", "\ufeff\uffff\ufffe\u{10ffff}\ufffd"],
    ["line separators", "\u2028\u2029\u0085"],
    ["white space at its ends", "  \t\n text \u00a0\u3000 "],
    ["what looks like JSON", '{"day":"2026-02-30","__proto__":{}}'],
    ["what looks like SQL", "'; DROP TABLE daily_entries; -- \\' \" \\"],
    ["what looks like HTML", "<script>alert(1)</script>&amp;"],
    ["what looks like a box", "\u00f9\u0001\0\0\0\u0001"],
  ])("comes back as it was written: %s", async (_, text) => {
    const path = newPath();
    const fields = { day: DAY, title: text, body: text, tags: [`#${text}`] };
    const written = await put(path, fields);
    expect(written.status).toBe(201);
    expect(written.body).toMatchObject(fields);
    expect((await ada.call("GET", path)).body).toMatchObject(fields);
    expect(
      (await ada.call("GET", `/api/entries?tag=${encodeURIComponent(`#${text}`)}`)).body,
    ).toMatchObject({ items: [{ title: text }] });
    await ada.call("DELETE", path);
  });

  it("of any kind comes back as it was written", async () => {
    const path = newPath();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), async (text) => {
        await put(path, { day: DAY, body: text });
        expect((await ada.call("GET", path)).body["body"]).toBe(text);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ["of ASCII", "x".repeat(MIB)],
    ["of emoji", "😀".repeat(MIB / 4)],
    ["of three-byte letters, to the last byte", `${"語".repeat((MIB - 1) / 3)}x`],
  ])("of one mebibyte comes back to the last byte: %s", async (_, body) => {
    const path = newPath();
    const written = await put(path, { day: DAY, body });
    expect(written.status).toBe(201);
    expect(written.body["body"] === body).toBe(true);
    const read = await ada.call("GET", path);
    expect(read.body["body"] === body).toBe(true);
    const versions = await ada.call("PUT", path, { body: { day: DAY } });
    expect(versions.status).toBe(200);
    const restored = await ada.call("POST", `${path}/restore`, {
      body: { rev: read.body["rev"] },
    });
    expect(restored.body["body"] === body).toBe(true);
  });

  it.each([
    ["of ASCII", "x".repeat(MIB + 1)],
    ["of emoji", `${"😀".repeat(MIB / 4)}x`],
    ["of letters that are fewer than its bytes", "é".repeat(MIB / 2 + 1)],
  ])("of one byte more is refused by name: %s", async (_, body) => {
    const path = newPath();
    const reply = await put(path, { day: DAY, body });
    await expectRefused(path, reply, 400, "invalid_request");
    expect(faults(reply)).toEqual([
      { path: "body.body", message: "must be at most 1,048,576 bytes of UTF-8" },
    ]);
  });

  it.each([
    ["high", String.raw`\ud83d`],
    ["low", String.raw`\ude00`],
    ["turned round", String.raw`\ude00\ud83d`],
    ["before a letter", String.raw`\ud83dA`],
  ])("with half of a surrogate pair is refused: %s", async (_, escape) => {
    for (const [name, json] of [
      ["body.title", `{"day":"${DAY}","title":"${escape}"}`],
      ["body.body", `{"day":"${DAY}","body":"text ${escape} text"}`],
      ["body.tags.0", `{"day":"${DAY}","tags":["${escape}"]}`],
    ] as const) {
      const path = newPath();
      const reply = await putBytes(path, json);
      await expectRefused(path, reply, 400, "invalid_request");
      expect(faults(reply).map((fault) => fault.path)).toEqual([name]);
    }
  });

  it("may hold a pair that is written in two escapes", async () => {
    const path = newPath();
    const reply = await putBytes(path, String.raw`{"day":"${DAY}","title":"\ud83d\ude00"}`);
    expect(reply).toMatchObject({ status: 201, body: { title: "😀" } });
  });
});

describe("bytes that are no JSON in UTF-8", () => {
  const json = (title: Buffer) =>
    Buffer.concat([Buffer.from(`{"day":"${DAY}","title":"`), title, Buffer.from('"}')]);

  it.each([
    ["a byte that cannot be", [0xff]],
    ["a byte that only continues", [0x80]],
    ["a letter cut short", [0xc3]],
    ["a letter made longer than it is", [0xc0, 0xaf]],
    ["half of a surrogate pair", [0xed, 0xa0, 0xbd]],
    ["more than Unicode has", [0xf4, 0x90, 0x80, 0x80]],
    ["Latin-1", [0xe9, 0x74, 0xe9]],
    ["the first byte of a box", [0xf9, 0x01]],
  ])("are refused, not repaired: %s", async (_, bytes) => {
    const path = newPath();
    const reply = await putBytes(path, json(Buffer.from(bytes)));
    await expectRefused(path, reply, 400, "invalid_request");
    expect(faults(reply)).toEqual([{ path: "body", message: "must be UTF-8" }]);
  });

  it.each([
    ["nothing closed", '{"day":'],
    ["no quotes", "{day:2026}"],
    ["single quotes", "{'day':'2026-11-21'}"],
    ["a comma too many", `{"day":"${DAY}",}`],
    ["a comment", `{"day":"${DAY}"/* today */}`],
    ["more after the end", `{"day":"${DAY}"} {}`],
    ["a raw line break in text", `{"day":"${DAY}","title":"a\nb"}`],
    ["a raw NUL in text", `{"day":"${DAY}","title":"a\0b"}`],
    ["an escape that is none", `{"day":"${DAY}","title":"\\x41"}`],
    ["text", '"text"'],
    ["a number", "1"],
    ["true", "true"],
    ["null", "null"],
    ["NaN", '{"day":NaN}'],
    ["a form", "day=2026-11-21"],
  ])("are refused as such: %s", async (_, body) => {
    const path = newPath();
    const reply = await putBytes(path, body);
    await expectRefused(path, reply, 400, "invalid_request");
    expect(faults(reply)).toEqual([{ path: "body", message: "must be valid JSON" }]);
  });
});

describe("a body of another shape", () => {
  it.each([
    ["an array", "[]", ["body"]],
    ["an array with an entry", `[{"day":"${DAY}"}]`, ["body"]],
    ["nothing in it", "{}", ["body.day"]],
    ["a day that is none", { day: "2026-02-30" }, ["body.day"]],
    ["a day of no leap year", { day: "2023-02-29" }, ["body.day"]],
    ["the year 0", { day: "0000-01-01" }, ["body.day"]],
    ["the year 10000", { day: "10000-01-01" }, ["body.day"]],
    ["an instant for a day", { day: "2026-11-21T00:00:00.000Z" }, ["body.day"]],
    ["a number for a day", { day: 20261121 }, ["body.day"]],
    ["null for a day", { day: null }, ["body.day"]],
    ["a time that is none", { day: DAY, time: "24:00" }, ["body.time"]],
    ["null for text", { day: DAY, title: null, body: null }, ["body.title", "body.body"]],
    ["a number for text", { day: DAY, body: 1 }, ["body.body"]],
    ["text for truth", { day: DAY, starred: "true" }, ["body.starred"]],
    ["a number for truth", { day: DAY, completed: 1 }, ["body.completed"]],
    ["text for a list", { day: DAY, tags: "rain" }, ["body.tags"]],
    ["an object for a list", { day: DAY, tags: { 0: "rain", length: 1 } }, ["body.tags"]],
    ["numbers in a list", { day: DAY, tags: ["a", 1, null] }, ["body.tags.1", "body.tags.2"]],
    ["a blank tag", { day: DAY, tags: [" "] }, ["body.tags.0"]],
    ["51 tags", { day: DAY, tags: Array<string>(51).fill("t") }, ["body.tags"]],
    ["a tag of 101 characters", { day: DAY, tags: ["ü".repeat(101)] }, ["body.tags.0"]],
    ["a title of 1001 bytes", { day: DAY, title: "t".repeat(1001) }, ["body.title"]],
    [
      "an id of a time",
      { day: DAY, pillarIds: ["c232ab00-9414-11ec-b3c8-9f6bdeced846"] },
      ["body.pillarIds.0"],
    ],
    ["no id for a mood", { day: DAY, moodId: "good" }, ["body.moodId"]],
    [
      "several at once",
      { day: "x", time: "y", starred: 1 },
      ["body.day", "body.time", "body.starred"],
    ],
  ])("is refused with every fault named: %s", async (_, body, expected) => {
    const path = newPath();
    const reply = await put(path, body);
    await expectRefused(path, reply, 400, "invalid_request");
    expect(faults(reply).map((fault) => fault.path)).toEqual(expected);
    for (const fault of faults(reply)) expect(fault.message).not.toBe("");
  });

  it.each(["mood", "id", "rev", "createdAt", "ownerId", "constructor", "toString", "__proto__"])(
    "is refused for the field %s, which it names",
    async (name) => {
      for (const value of ["1", "null", '{"polluted":true}']) {
        const path = newPath();
        const reply = await putBytes(path, `{"day":"${DAY}","${name}":${value}}`);
        await expectRefused(path, reply, 400, "invalid_request");
        expect(faults(reply)).toHaveLength(1);
        expect(faults(reply)[0]?.path).toBe("body");
        expect(faults(reply)[0]?.message).toContain(name);
        const there = newPath();
        await put(there, { day: DAY });
        const patched = await send(app, "PATCH", there, {
          body: `{"${name}":${value}}`,
          headers: {
            authorization: `Bearer ${ada.accessToken}`,
            "content-type": "application/merge-patch+json",
          },
        });
        expect(patched.status).toBe(400);
      }
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  it("takes the last of a field that is there twice, for the check too", async () => {
    const good = await putBytes(newPath(), `{"day":"2026-02-30","day":"${DAY}"}`);
    expect(good).toMatchObject({ status: 201, body: { day: DAY } });
    const path = newPath();
    const bad = await putBytes(path, `{"day":"${DAY}","day":"2026-02-30"}`);
    await expectRefused(path, bad, 400, "invalid_request");
  });

  it.each([
    ["arrays", `{"day":"${DAY}","tags":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
    ["objects", `{"day":"${DAY}","title":${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}}`],
    ["arrays that never end", `{"day":"${DAY}","tags":${"[".repeat(1_000_000)}`],
    [
      "a field that is unknown",
      `{"day":"${DAY}","x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
    ],
  ])("is refused however deep it is: %s", async (_, body) => {
    const path = newPath();
    await expectRefused(path, await putBytes(path, body), 400, "invalid_request");
  });

  it("repeats nothing of what was sent", async () => {
    const reply = await put(newPath(), { day: "secret day", time: "secret time", tags: "secret" });
    expect(JSON.stringify(reply.body)).not.toContain("secret");
    expect(app.logged()).not.toContain("secret day");
  });
});

describe("how a body is sent", () => {
  const body = JSON.stringify({ day: DAY, title: "é" });

  it.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["application/xml"],
    ["application/problem+json"],
    ["text/json"],
    ["application/jsonp"],
    ["application/json; charset=latin1"],
    ["application/json; charset=utf-16"],
    ["application/json; charset=utf-7"],
    ["nonsense"],
    [""],
  ])("is refused when it is %j", async (type) => {
    const path = newPath();
    const reply = await putBytes(path, body, { "content-type": type });
    await expectRefused(path, reply, 415, "unsupported_media_type");
  });

  it("is refused when it does not say", async () => {
    const path = newPath();
    const headers = { authorization: `Bearer ${ada.accessToken}` };
    const reply = await send(app, "PUT", path, { body, headers });
    await expectRefused(path, reply, 415, "unsupported_media_type");
  });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "APPLICATION/JSON",
    "application/merge-patch+json",
  ])("may be %s", async (type) => {
    const reply = await putBytes(newPath(), body, { "content-type": type });
    expect(reply).toMatchObject({ status: 201, body: { title: "é" } });
  });

  it("may be compressed", async () => {
    const reply = await putBytes(newPath(), gzipSync(body), { "content-encoding": "gzip" });
    expect(reply).toMatchObject({ status: 201, body: { title: "é" } });
  });

  it.each([
    ["not compressed at all", Buffer.from(body), "gzip", 400, "invalid_request"],
    ["cut short", gzipSync(body).subarray(0, -12), "gzip", 400, "invalid_request"],
    ["compressed in an unknown way", Buffer.from(body), "rot13", 415, "unsupported_media_type"],
    ["larger than allowed", gzipSync(" ".repeat(3 * MIB)), "gzip", 413, "payload_too_large"],
  ])("is refused when it says it is compressed and is %s", async (_, bytes, how, status, code) => {
    const path = newPath();
    const reply = await putBytes(path, bytes, { "content-encoding": how });
    await expectRefused(path, reply, status, code);
  });

  it("is missed when there is none", async () => {
    for (const headers of [{}, { "content-length": "0" }] as Record<string, string>[]) {
      const path = newPath();
      await expectRefused(path, await putBytes(path, "", headers), 400, "invalid_request");
    }
  });

  it("is refused when it is larger than two mebibytes, whatever is in it", async () => {
    for (const title of ["x".repeat(3 * MIB), " ".repeat(2 * MIB)]) {
      const path = newPath();
      const reply = await putBytes(path, JSON.stringify({ day: DAY, title }));
      await expectRefused(path, reply, 413, "payload_too_large");
      expect(faults(reply)).toEqual([{ path: "body", message: "must be at most 2,097,152 bytes" }]);
    }
  });

  it("is refused when it is too large and does not say how large", async () => {
    const path = newPath();
    const reply = await putBytes(path, JSON.stringify({ day: DAY, title: "x".repeat(3 * MIB) }), {
      "transfer-encoding": "chunked",
    });
    await expectRefused(path, reply, 413, "payload_too_large");
  });
});

describe("a request that is cut off amid its body", () => {
  it.each([
    ["of a length that it said", "Content-Length: 2000\r\n\r\n"],
    ["in chunks", "Transfer-Encoding: chunked\r\n\r\n400\r\n"],
  ])("writes nothing, and the server goes on: %s", async (_, rest) => {
    const path = newPath();
    await sendAndHangUp(
      app,
      `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ada.accessToken}\r\n` +
        `Content-Type: application/json\r\n${rest}{"day":"${DAY}","title":"half`,
    );
    expect((await ada.call("GET", path)).status).toBe(404);
    expect((await put(path, { day: DAY, title: "whole" })).status).toBe(201);
  });

  it("writes nothing either when what came so far is a whole entry", async () => {
    const path = newPath();
    await sendAndHangUp(
      app,
      `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ada.accessToken}\r\n` +
        `Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n{"day":"${DAY}"}`,
    );
    expect((await ada.call("GET", path)).status).toBe(404);
  });
});
