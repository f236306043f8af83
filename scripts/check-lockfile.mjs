import fs from "node:fs";
const l = JSON.parse(fs.readFileSync(process.argv[2] ?? "package-lock.json"));
const P = l.packages;
let bad = 0;
for (const [k, v] of Object.entries(P)) {
  for (const [d, r] of Object.entries(v.optionalDependencies ?? {})) {
    // resolve upward
    let base = k,
      found = false;
    for (;;) {
      const c = (base ? base + "/" : "") + "node_modules/" + d;
      if (P[c]) {
        found = P[c].version;
        break;
      }
      if (!base) break;
      const i = base.lastIndexOf("/node_modules/");
      base = i >= 0 ? base.slice(0, i) : "";
    }
    if (!found) {
      console.log("MISSING", k, v.version, "->", d, r);
      bad++;
    }
  }
}
console.log("missing", bad, "packages", Object.keys(P).length);
process.exit(bad ? 1 : 0);
