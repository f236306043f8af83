import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { SMTPServer } from "smtp-server";
import { compose, lettersIn } from "../mails/compose.ts";
import { mailer } from "./mail.ts";

const from = "TimOS <timos@example.org>";
const mail = { to: "ada@example.org", subject: "Hello", text: "A line.\n", html: "<p>A line.</p>" };

describe("the outbox", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "timos-outbox-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("takes each mail as a file that only its owner reads, the newest last", async () => {
    const outboxDir = join(folder, "outbox");
    const send = mailer({ smtpUrl: undefined, from, outboxDir });
    for (let i = 0; i < 20; i++) await send({ ...mail, subject: `Mail ${i}` });
    const names = readdirSync(outboxDir).sort();
    const subjects = names.map(
      (name) => /^Subject: (.*)$/m.exec(readFileSync(join(outboxDir, name), "utf8"))?.[1],
    );
    expect(subjects).toEqual(Array.from({ length: 20 }, (_, i) => `Mail ${i}`));
    expect(statSync(join(outboxDir, names[0] ?? "")).mode & 0o777).toBe(0o600);
  });

  it("shows a link whole, on one line, in a mail that needs no decoding", async () => {
    const send = mailer({ smtpUrl: undefined, from, outboxDir: folder });
    const token = "x".repeat(32);
    const letter = lettersIn("en").verifyEmail(`http://127.0.0.1:3000/verify-email#token=${token}`);
    await send(compose("ada@example.org", letter));
    const [name = ""] = readdirSync(folder);
    const text = readFileSync(join(folder, name), "utf8");
    expect(text).toMatch(/^Content-Transfer-Encoding: 7bit$/m);
    expect(text.split("\n")).toContain(`http://127.0.0.1:3000/verify-email#token=${token}`);
  });
});

describe("a mail server", () => {
  it("is handed the mail", async () => {
    const received: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData: (stream, _session, done) => {
        let text = "";
        stream.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        stream.on("end", () => {
          received.push(text);
          done();
        });
      },
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.server.address() as AddressInfo;
    await mailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from, outboxDir: undefined })(mail);
    await new Promise<void>((done) => server.close(done));
    expect(received).toHaveLength(1);
    expect(received[0]).toContain("To: ada@example.org");
    expect(received[0]).toContain("A line.");
  });

  it("that is not there is an error, not a mail that went", async () => {
    const send = mailer({ smtpUrl: "smtp://127.0.0.1:1", from, outboxDir: undefined });
    await expect(send(mail)).rejects.toThrow("ECONNREFUSED");
  });
});
