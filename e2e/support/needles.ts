import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The forms in which a text could have been left lying about, each by its name. */
export function formsOf(text: string): Map<string, Buffer> {
  const utf8 = Buffer.from(text, "utf8");
  const utf16le = Buffer.from(text, "utf16le");
  const forms = new Map([
    ["UTF-8", utf8],
    ["UTF-16LE", utf16le],
    ["UTF-16BE", Buffer.from(utf16le).swap16()],
    ["hex", Buffer.from(utf8.toString("hex"))],
    ["HEX", Buffer.from(utf8.toString("hex").toUpperCase())],
    ["reversed", Buffer.from(utf8).reverse()],
  ]);
  for (const before of [0, 1, 2]) {
    // Base64 of a text depends on how many bytes stand before it; the letters at both ends are shared with others.
    const whole = Buffer.concat([Buffer.alloc(before), utf8]);
    const letters = whole.toString("base64").replace(/=+$/, "");
    const own = letters.slice(Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6));
    forms.set(`base64 after ${before} bytes`, Buffer.from(own));
    forms.set(
      `base64url after ${before} bytes`,
      Buffer.from(own.replaceAll("+", "-").replaceAll("/", "_")),
    );
  }
  return forms;
}

/** Where any form of `text` is found in a haystack: empty when nowhere. */
export function findings(haystack: Buffer, text: string): string[] {
  return [...formsOf(text)].filter(([, form]) => haystack.includes(form)).map(([name]) => name);
}

/** Every file below a folder. Those that go away meanwhile are left out. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

export function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
