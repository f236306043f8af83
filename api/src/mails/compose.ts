import type { Mail } from "../lib/mail.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import type { Letter, Letters, Paragraph } from "./letters.ts";

const LANGUAGES: Readonly<Record<string, Letters>> = { de, en };

/** The letters in the language of a locale, such as `de-CH`; in English where there are none. */
export function lettersIn(locale: string): Letters {
  return LANGUAGES[locale.split("-")[0] ?? ""] ?? en;
}

/** Writes a letter as a mail, in plain text and in HTML that loads nothing. */
export function compose(to: string, { subject, paragraphs }: Letter): Mail {
  return {
    to,
    subject,
    text: `${paragraphs.map(asText).join("\n\n")}\n`,
    html: `<!doctype html><html><head><meta charset="utf-8"><title>${escape(subject)}</title></head><body style="${BODY}">${paragraphs.map(asHtml).join("")}</body></html>`,
  };
}

const BODY =
  "font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:2em auto;padding:0 1em";
const BUTTON =
  "display:inline-block;padding:.6em 1.2em;border-radius:.5em;background:#3b5bdb;color:#fff;text-decoration:none";
const LINE_LENGTH = 72;

function asText(paragraph: Paragraph): string {
  if (typeof paragraph === "string") return wrapped(paragraph);
  if ("link" in paragraph) return paragraph.link;
  return paragraph.facts.map(([name, value]) => `${name}: ${value}`).join("\n");
}

function asHtml(paragraph: Paragraph): string {
  if (typeof paragraph === "string") return `<p>${escape(paragraph)}</p>`;
  if ("link" in paragraph) {
    const { link, label } = paragraph;
    return `<p><a href="${escape(link)}" style="${BUTTON}">${escape(label)}</a></p><p><small>${escape(link)}</small></p>`;
  }
  const rows = paragraph.facts.map(
    ([name, value]) =>
      `<tr><th align="left" style="padding-right:1em">${escape(name)}</th><td>${escape(value)}</td></tr>`,
  );
  return `<table>${rows.join("")}</table>`;
}

function wrapped(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

/** Names come from strangers: what they call their device or tenant must not become markup. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
