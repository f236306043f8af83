import type { Mail } from "../../lib/mail.ts";
import type { Receipt } from "./contract.ts";

/** The receipt of an erasure, to an address that has no account any more. */
export function erasureMail(to: string, { id, requestedAt, unreadableAfter }: Receipt): Mail {
  return {
    to,
    subject: "Your TimOS account was erased",
    text: [
      "Your account and the keys to your journal were destroyed.",
      "What you wrote cannot be opened any more.",
      "",
      "Backups of the keys are kept for a few days, and then deleted.",
      `After ${unreadableAfter} (UTC) nobody can open anything of yours, backups included.`,
      "",
      `Receipt:   ${id}`,
      `Requested: ${requestedAt}`,
      "",
      "This mail and the answer you were shown are the only receipts.",
      "If this was not you, tell whoever runs this server at once.",
      "",
    ].join("\n"),
  };
}
