import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { randomBytes } from "../crypto/random.ts";

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Sends one mail. Resolves once the mail server has taken it. */
export type Send = (mail: Mail) => Promise<void>;

/**
 * Sends by SMTP, or, where there is no mail server, writes each mail as an `.eml` file to the outbox, whose names
 * sort with the newest last.
 */
export function mailer(config: {
  readonly smtpUrl: string | undefined;
  readonly from: string;
  readonly outboxDir: string | undefined;
}): Send {
  const { smtpUrl, from, outboxDir } = config;
  if (smtpUrl !== undefined) {
    const transport = createTransport({
      url: smtpUrl,
      connectionTimeout: 10_000,
      socketTimeout: 20_000,
    });
    return async (mail) => {
      await transport.sendMail({ from, ...mail });
    };
  }
  const transport = createTransport({ streamTransport: true, buffer: true, newline: "unix" });
  let count = 0;
  return async (mail) => {
    const { message } = await transport.sendMail({ from, ...mail });
    const directory = outboxDir ?? ".";
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
    const sequence = String(count++).padStart(6, "0");
    const name = `${time}-${sequence}-${randomBytes(4).toString("hex")}.eml`;
    const file = await open(join(directory, `.${name}`), "wx", 0o600);
    await file.writeFile(message as Buffer);
    await file.close();
    // Whoever watches the outbox sees whole mails only.
    await rename(join(directory, `.${name}`), join(directory, name));
  };
}
