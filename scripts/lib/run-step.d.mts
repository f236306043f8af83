export interface StepOutcome {
  ok: boolean;
  output: string;
  reason: string;
}
export function runStep(step: {
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
}): Promise<StepOutcome>;
export function endAllSteps(): Promise<void>;
