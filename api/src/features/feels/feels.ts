import type * as z from "zod";
import { listByDay } from "../../vault/day-list.ts";
import { asText } from "../../vault/pages.ts";
import type { RecordKind } from "../../vault/record-state.ts";
import type { UserVault } from "../../vault/user-vault.ts";
import { FeelsFields, type feels } from "./contract.ts";
import { feelsTable } from "./table.ts";

type Fields = z.output<typeof FeelsFields>;

/** Check-ins: one of the morning and one of the evening, each day. */
export const feelsKind: RecordKind<Fields, Fields> = {
  kind: "feels",
  fields: FeelsFields,
  table: feelsTable,
  dayOf: (feels) => feels.day,
  searched: ({ strongestEmotion, avoiding, gaveEnergy, drainedEnergy, honestNote }) => ({
    texts: [strongestEmotion, avoiding, gaveEnergy, drainedEnergy, honestNote],
  }),
  sortKey: (feels) => `${feels.day} ${feels.kind === "morning" ? 0 : 1}`,
};

/** Check-ins of a range of days, newest first, narrowed to those of the morning or the evening. */
export function listFeels(vault: UserVault, { kind, ...range }: z.output<typeof feels.list.query>) {
  return listByDay(
    vault,
    feelsKind,
    {
      ...range,
      matches: (feels) => kind === undefined || feels.kind === kind,
    },
    asText,
  );
}
