/** @jest-environment node */
import { describe, expect, it } from "@jest/globals";
import { receiptAddress, receiptIn } from "./receipt.ts";

const receipt = {
  id: "9f1c1e0e-7a53-4c43-9c55-0f6f6f1d2a01",
  requestedAt: "2026-11-22T03:04:05.678Z",
  unreadableAfter: "2026-12-27",
};

describe("the receipt of an erasure", () => {
  it("is found again in the address that was made of it", () => {
    expect(receiptIn(new URL(receiptAddress(receipt), "https://timos.test").hash)).toEqual(receipt);
  });

  it.each(["", "#", "#a/b/c", `#${receipt.id}/${receipt.requestedAt}/2026-02-30`])(
    "is not made up of %j",
    (fragment) => {
      expect(receiptIn(fragment)).toBeNull();
    },
  );
});
