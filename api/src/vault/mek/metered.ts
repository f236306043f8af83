import { DecryptionError } from "../../crypto/decryption-error.ts";
import type { Unwrap } from "../../lib/metrics.ts";
import { MekUnavailable, MekUnknown, type MekProvider } from "./provider.ts";

/** The same keys. Each time that a data key is unwrapped, or is not, `tell` hears by which provider, and nothing of whose. */
export function metered<P extends MekProvider>(meks: P, tell: (unwrap: Unwrap) => void): P {
  return {
    ...meks,
    unwrap: async (wrap, context) => {
      const [provider = ""] = wrap.mekRef.split(":", 1);
      const began = performance.now();
      const done = (outcome: Unwrap["outcome"]) => {
        tell({ provider, outcome, milliseconds: performance.now() - began });
      };
      try {
        const dek = await meks.unwrap(wrap, context);
        done("ok");
        return dek;
      } catch (error) {
        done(outcomeOf(error));
        throw error;
      }
    },
  };
}

function outcomeOf(error: unknown): Unwrap["outcome"] {
  if (error instanceof MekUnavailable) return "unavailable";
  if (error instanceof MekUnknown) return "unknown_key";
  return error instanceof DecryptionError ? "refused" : "error";
}
