/** A backup, or a file of one, that is not what was stored: cut off, altered, or put in another's place. */
export class DamagedBackup extends Error {
  override readonly name = "DamagedBackup";
}

/** A backup that a newer TimOS wrote, in a format that this one does not know. */
export class NewerBackup extends Error {
  override readonly name = "NewerBackup";
}
