/** The receipt of whoever erased their account. */
export const erased = {
  tab: "Erased",
  title: "Your account is erased",
  text: "The keys to your journal are destroyed. Keep this receipt: print the page, or note the number.",
  number: "Receipt",
  requested: "Asked for",
  unreadable: "In no backup any more after",
  noReceipt: "There is no receipt in this address.",
} as const;
