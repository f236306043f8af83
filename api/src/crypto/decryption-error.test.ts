import { describe, expect, it } from "@jest/globals";
import { DecryptionError, ifOpens } from "./decryption-error.ts";

describe("what does not open", () => {
  it("has a name, and nothing of why", () => {
    const error = new DecryptionError();
    expect(error).toMatchObject({ name: "DecryptionError", message: "decryption failed" });
    expect(error.cause).toBeUndefined();
  });

  it("is null where that is asked for, which is no way past other errors", () => {
    const fail = (error: Error) => () => {
      throw error;
    };
    expect(ifOpens(() => "opened")).toBe("opened");
    expect(ifOpens(fail(new DecryptionError()))).toBeNull();
    expect(() => ifOpens(fail(new RangeError("a fault")))).toThrow(RangeError);
  });
});
