import type { Me } from "@timos/api/contract";
import { oneOf, orNull, shapeOf, text, whole } from "@/lib/shapes.ts";
import { canKeep, openDatabase } from "./database.ts";
import { open, SealedError } from "./seal.ts";

const readMe = shapeOf<Me>({
  id: text,
  email: text,
  role: oneOf("owner", "admin", "member"),
  platformRole: orNull(oneOf("superadmin")),
  displayName: text,
  timeZone: text,
  dayStartHour: whole(0, 23),
  locale: text,
  weekStartsOn: whole(0, 6),
  createdAt: text,
});

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
      const known = readMe(opened);
      if (known?.id === userId) return known;
    }
    return null;
  } finally {
    database.close();
  }
}
