import { styleText } from "node:util";

/** What the newcomer at the terminal reads: one line a step, with how long it took. */
export class Progress {
  readonly #hasColour: boolean;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const isRefused = env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "";
    this.#hasColour = process.stdout.isTTY && !isRefused && env["TERM"] !== "dumb";
  }

  /** Does `work`, then says that it is done. `announce` says beforehand what is going on, for steps that take long. */
  async step<T>(done: string, work: () => Promise<T>, announce?: string): Promise<T> {
    if (announce !== undefined) console.log(`${this.#style("cyan", "…")} ${announce}`);
    const began = performance.now();
    const result = await work();
    const took = this.#style("dim", seconds(performance.now() - began));
    console.log(`${this.#style("green", "✓")} ${done}  ${took}`);
    return result;
  }

  note(line: string): void {
    console.log(`${this.#style("cyan", "·")} ${line}`);
  }

  warn(line: string): void {
    console.log(`${this.#style("yellow", "!")} ${line}`);
  }

  fail(message: string): void {
    console.error(`${this.#style("red", "✗")} ${message}`);
  }

  /** Output of a program, under its name. */
  echo(name: string, line: string): void {
    console.log(`${this.#style("dim", `${name.padEnd(7)}│`)} ${line}`);
  }

  /** The last lines of a start: where it is, who one can sign in as, how it ends. */
  ready(facts: readonly (readonly [label: string, value: string])[]): void {
    const width = Math.max(...facts.map(([label]) => label.length));
    // Since this process began: installing and building included.
    const took = seconds(performance.now());
    console.log(`\n${this.#style("bold", `TimOS is ready after ${took}`)}\n`);
    for (const [label, value] of facts) {
      console.log(`  ${this.#style("dim", label.padEnd(width))}  ${this.#style("bold", value)}`);
    }
    console.log("\nCtrl-C stops everything.\n");
  }

  #style(style: Parameters<typeof styleText>[0], text: string): string {
    return this.#hasColour ? styleText(style, text) : text;
  }
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
