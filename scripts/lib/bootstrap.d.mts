export type Need = "mariadb" | "redis" | "chromium" | "softhsm" | "cryptography";
export interface InstallPlan {
  env: Record<string, string>;
  commands: string[][];
  byHand: string;
  isAllowed: boolean;
}
export function findProgram(...names: string[]): string | undefined;
export function findPython(): string | undefined;
export function checkNode(version?: string): void;
export function isInstalled(root: string): boolean;
export function ensureDependencies(options: {
  log: (line: string) => void;
  root?: string;
}): Promise<boolean>;
export function ensureSystemPackages(options: {
  log: (line: string) => void;
  packages?: Need[];
}): Promise<Record<string, string>>;
export function ensurePkcs11Binding(options: {
  log: (line: string) => void;
  root?: string;
}): Promise<boolean>;
export function offerSoftHsm(options: { log: (line: string) => void }): Promise<void>;
export function offerPython(options: { log: (line: string) => void }): Promise<void>;
export function installPlan(needs: Need[]): InstallPlan | undefined;
