import { contract, type Me } from "@timos/api/contract";
import { canKeep, openDatabase } from "./database.ts";
import { open, SealedError } from "./seal.ts";

const MeSchema = contract.account.get.responses[200];

/** Whose journal this device keeps to be read while the server is out of reach; null when nobody's. */
export async function findKnown(): Promise<Me | null> {
  if (!canKeep()) return null;
  const database = await openDatabase(() => undefined);
  try {
    for (const { userId, sealing, me } of await database.getAll("accounts")) {
      if (me === null) continue;
      const opened = await open(sealing, [userId, "me"], me).catch((error: unknown) => {
        if (error instanceof SealedError) return null;
        throw error;
      });
      const { data } = MeSchema.safeParse(opened);
      if (data?.id === userId) return data;
    }
    return null;
  } finally {
    database.close();
  }
}
