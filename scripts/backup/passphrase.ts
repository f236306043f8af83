import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Environment } from "../launcher/settings.ts";

const AT_LEAST_CHARACTERS = 12;

/**
 * The passphrase of a recovery kit: the first line of the file `BACKUP_KIT_PASSPHRASE_FILE`, else what is typed, unseen.
 *
 * @param isNew - It is asked for twice, and has to be long enough.
 * @throws Error where nobody can be asked, or the two differ.
 */
export async function kitPassphrase(env: Environment, isNew: boolean): Promise<string> {
  const file = env["BACKUP_KIT_PASSPHRASE_FILE"] ?? "";
  const passphrase =
    file === ""
      ? await ask("Passphrase of the recovery kit: ")
      : (readFileSync(file, "utf8").split(/\r?\n/)[0] ?? "");
  if (!isNew) return passphrase;
  if (passphrase.length < AT_LEAST_CHARACTERS) {
    throw new Error(
      `A passphrase of at least ${AT_LEAST_CHARACTERS} characters is needed, five random words for one: ` +
        "whoever has the kit can try as many as they like.",
    );
  }
  if (file === "" && (await ask("Once more: ")) !== passphrase) {
    throw new Error("The two passphrases differ. Nothing was written.");
  }
  return passphrase;
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Error(
      "There is no terminal to ask for the passphrase: name a file with it in BACKUP_KIT_PASSPHRASE_FILE.",
    );
  }
  process.stderr.write(question);
  // What readline would repeat of what is typed goes nowhere.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  const stop = new AbortController();
  terminal.once("SIGINT", () => stop.abort(new Error("Nothing was done.")));
  try {
    return await terminal.question("", { signal: stop.signal });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
