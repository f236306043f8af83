export type MigrationFault =
  | "no_database"
  | "not_mysql"
  | "no_script"
  | "not_empty"
  | "history_differs"
  | "failed_before"
  | "failed_now"
  | "lease_busy"
  | "lease_lost"
  | "not_resolvable";

/** Why nothing (more) was migrated. The message names the migration and the way forward. */
export class MigrationError extends Error {
  readonly fault: MigrationFault;

  constructor(fault: MigrationFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MigrationError";
    this.fault = fault;
  }
}
