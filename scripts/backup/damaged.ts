/** A backup, or a file of one, that is not what was stored: cut off, altered, or put in another's place. */
export class DamagedBackup extends Error {
  override readonly name = "DamagedBackup";
}
