import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const ROOT = new URL("..", import.meta.url).pathname;
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** Files of the repository in a text, each with the names in quotation marks that follow it. */
function referencesOf(text: string): { file: string; names: string[] }[] {
  const found: { file: string; names: string[] }[] = [];
  for (const [, file, name] of text.matchAll(/`([\w./()[\]-]+\.\w+)`|“([^”]+)”/g)) {
    if (file !== undefined && (file.includes("/") || existsSync(join(ROOT, file))))
      found.push({ file, names: [] });
    else if (name !== undefined) found.at(-1)?.names.push(name);
  }
  return found;
}

/** Tests as they are written over several lines, or with quotes of another kind. */
const flat = (text: string) => text.replaceAll(/\\(["'`])/g, "$1").replaceAll(/\s+/g, " ");

describe.each(["docs/security/attacks.md", "docs/security/asvs.md"])(
  "what %s refers to",
  (path) => {
    const references = read(path)
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .flatMap(referencesOf);

    it("are files that there are", () => {
      expect(references.length).toBeGreaterThan(50);
      const missing = references
        .map(({ file }) => file)
        .filter((file) => !existsSync(join(ROOT, file)));
      expect([...new Set(missing)]).toEqual([]);
    });

    it("are tests that there are, by the names they have", () => {
      const missing = references
        .filter(({ file }) => existsSync(join(ROOT, file)))
        .flatMap(({ file, names }) => {
          const text = flat(read(file));
          return names
            .filter((name) => !text.includes(flat(name)))
            .map((name) => `${file}: ${name}`);
        });
      expect(missing).toEqual([]);
      expect(references.flatMap(({ names }) => names).length).toBeGreaterThan(50);
    });
  },
);

describe("docs/security/asvs.md", () => {
  const rows = read("docs/security/asvs.md")
    .split("\n")
    .map((line) => /^\| (\d+\.\d+\.\d+) +\| +([123]) +\| ([^|]*)\| ([^|]*)\| (.*)\|$/.exec(line))
    .filter((row) => row !== null)
    .map(([, id = "", level = "", , verdict = "", evidence = ""]) => ({
      id,
      level: Number(level),
      verdict: verdict.trim(),
      evidence,
    }));

  it("has each requirement of levels 1 and 2 once, in order", () => {
    const ids = rows.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const inOrder = ids.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
    expect(ids).toEqual(inOrder);
    // What ASVS 5.0.0 has: 70 of level 1 and 183 of level 2.
    expect(rows.filter(({ level }) => level === 1)).toHaveLength(70);
    expect(rows.filter(({ level }) => level === 2)).toHaveLength(183);
  });

  it("says of each what it comes to, and shows a file where it says that it is met", () => {
    for (const { id, verdict, evidence } of rows) {
      expect([id, verdict]).toEqual([
        id,
        expect.stringMatching(/^(met|partly|not met|not applicable)$/),
      ]);
      if (verdict === "met") expect([id, referencesOf(evidence).length > 0]).toEqual([id, true]);
    }
  });

  it("counts them rightly", () => {
    const counted = ["met", "partly", "not met", "not applicable"].map((verdict) => {
      const of = (level: number) =>
        rows.filter((row) => row.verdict === verdict && row.level === level).length;
      return `${verdict}: ${of(1)}, ${of(2)}, ${of(3)}`;
    });
    const table = read("docs/security/asvs.md")
      .split("\n")
      .map((line) =>
        /^\| (met|partly|not met|not applicable) +\| +(\d+) +\| +(\d+) +\| +(\d+) +\|$/.exec(line),
      )
      .filter((row) => row !== null)
      .map(([, verdict, ...counts]) => `${verdict}: ${counts.join(", ")}`);
    expect(table).toEqual(counted);
  });
});

describe("packages in which these attacks worked", () => {
  it("are not what we run", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { version?: string; dev?: true }>;
    };
    /** Below which version a package is known to be open to an attack of docs/security/attacks.md. */
    const mended: Readonly<Record<string, string>> = {
      jsonwebtoken: "9.0.3",
      jws: "4.0.1",
      ioredis: "6.0.0",
      next: "15.2.3",
      "better-auth": "999.0.0",
    };
    const open = Object.entries(packages).filter(([path, { version = "", dev }]) => {
      const since = mended[path.split("node_modules/").at(-1) ?? ""];
      return (
        dev !== true &&
        since !== undefined &&
        version.localeCompare(since, "en", { numeric: true }) < 0
      );
    });
    expect(open.map(([path, { version }]) => `${path} ${version ?? ""}`)).toEqual([]);
  });
});
