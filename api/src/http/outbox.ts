import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RequestHandler } from "express";

const SHOWN = 50;

/** Shows the newest mails of the outbox, for whoever runs TimOS on this machine and has no mail server. */
export function outboxPage(directory: string): RequestHandler {
  return async (req, res, next) => {
    res.locals["route"] = "/dev/outbox";
    // The name too: a page of another site could have its own name point here.
    const isLocal =
      /^(::1|127\.|::ffff:127\.)/.test(req.ip ?? "127.") &&
      /^(localhost|127\.[\d.]+|\[::1\])$/.test(req.hostname);
    if (req.method !== "GET" || req.path !== "/" || !isLocal) {
      next();
      return;
    }
    const names = (await readdir(directory).catch(() => []))
      .filter((name) => /^[^.].*\.eml$/.test(name))
      .sort()
      .slice(-SHOWN);
    const items = await Promise.all(
      names.map(async (name) => ({ name, message: await readFile(join(directory, name), "utf8") })),
    );
    res.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    res.format({
      html: () => res.send(page(items)),
      json: () => res.json({ items }),
    });
  };
}

function page(items: readonly { name: string; message: string }[]): string {
  const mails = items
    .toReversed()
    .map(({ message }) => `<pre>${linked(escape(withoutHtml(message)))}</pre>`)
    .join("\n");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Outbox</title>
<style>body{font:16px/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #8886;border-radius:8px;padding:1rem}</style>
<h1>Outbox</h1><p>Mails that were written here instead of being sent, newest first.</p>${mails || "<p>There is none yet.</p>"}</html>`;
}

/** A mail without its second part, which says the same as the first. */
function withoutHtml(message: string): string {
  return message.split(/\n--[^\n]*\nContent-Type: text\/html/, 1)[0] ?? message;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function linked(text: string): string {
  return text.replace(/https?:\/\/[^\s<>"]+/g, (url) => `<a href="${url}">${url}</a>`);
}
