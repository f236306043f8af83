import { count } from "../keys/terminal.ts";
import type { Finding } from "./findings.ts";
import type { Report } from "./reconcile.ts";

/** Tells what was found, one class after the other, with what helps. */
export function printReport(
  { findings, left }: Report,
  isRepairing: boolean,
  log: (line: string) => void,
): void {
  for (const finding of findings) log(linesOf(finding, isRepairing).join("\n"));
  const verdict =
    left > 0
      ? `${count(left)} findings are left.`
      : findings.some((finding) => finding.severity !== "info")
        ? "All that was found is repaired."
        : "The databases fit together, as far as they can know: that both were put back together, neither does.";
  log(verdict);
}

const SIGNS = { error: "✗", warning: "!", info: "·" } as const;

function linesOf(finding: Finding, isRepairing: boolean): string[] {
  const { severity, count: found, left, ids, figures, what, remedy } = finding;
  const isDone = severity !== "info" && left === 0;
  const numbers = Object.entries(figures).map(([name, value]) => `${name} ${count(value)}`);
  const amount = severity === "info" ? "" : `${count(found)}: `;
  return [
    `${isDone ? "✓" : SIGNS[severity]} ${amount}${what}${numbers.length > 0 ? ` (${numbers.join(", ")})` : ""}`,
    ...(ids.length > 0 ? [`    ${ids.join(" ")}${found > ids.length ? " …" : ""}`] : []),
    ...(isDone
      ? ["    repaired"]
      : [
          ...(isRepairing && left < found
            ? [`    ${count(found - left)} repaired, ${count(left)} left`]
            : []),
          ...(remedy === null ? [] : [`    ${remedy}`]),
        ]),
  ];
}
