/** There is no file of that name in a store. */
export class FileMissing extends Error {
  override readonly name = "FileMissing";
}
