"use client";

import type { contract } from "@timos/api/contract";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { type Client, createClient, type Send } from "@/lib/api.ts";
import { createSession, type Session, type SessionMessage } from "@/lib/session.ts";
import { createStepUp, type StepUp } from "@/lib/step-up.ts";
import { aloneAcrossTabs, openChannel } from "@/lib/tabs.ts";

interface Timos {
  readonly session: Session;
  /** Asks by itself for the fresh proof that some of its requests want. */
  readonly api: Client<typeof contract>;
  /** The same, and never with an answer that this device kept: for whoever has to know how it is now. */
  readonly freshApi: Client<typeof contract>;
  /** Lets requests be carried by another, which does without the API for a while. */
  readonly carryBy: (carrier: { readonly carry: Send; readonly carryFresh: Send } | null) => void;
  readonly stepUp: StepUp;
}

const TimosContext = createContext<Timos | null>(null);

const HINT_KEY = "timos.signed-in";

const signedInHint = {
  isSet: () => {
    try {
      return localStorage.getItem(HINT_KEY) !== null;
    } catch {
      // Storage is refused: the API has to be asked.
      return true;
    }
  },
  set: (isSignedIn: boolean) => {
    try {
      if (isSignedIn) localStorage.setItem(HINT_KEY, "1");
      else localStorage.removeItem(HINT_KEY);
    } catch {
      // Storage is refused: every page asks the API.
    }
  },
};

function connect(): Timos {
  const send: Send = (path, init) => fetch(path, init);
  const session = createSession({
    send,
    alone: aloneAcrossTabs("timos.session"),
    openChannel: (hear) => openChannel<SessionMessage>("timos.session", hear),
    now: Date.now,
    hint: signedInHint,
    // Of the pages that anybody may see, none loads this while the API answers.
    findKnown: async () => (await import("@/lib/keeping/known.ts")).findKnown(),
  });
  const stepUp = createStepUp();
  const direct = { carry: session.send, carryFresh: session.send };
  let carrier = direct;
  const clientOf = (send: Send) => createClient(send, stepUp.ask);
  return {
    session,
    stepUp,
    api: clientOf((...request) => carrier.carry(...request)),
    freshApi: clientOf((...request) => carrier.carryFresh(...request)),
    carryBy: (next) => void (carrier = next ?? direct),
  };
}

/** The one session and the one client of a tab. */
export function TimosProvider({ children }: { children: ReactNode }) {
  const [timos] = useState(connect);
  const { session } = timos;

  useEffect(() => session.start(), [session]);
  return <TimosContext value={timos}>{children}</TimosContext>;
}

export function useTimos(): Timos {
  const timos = useContext(TimosContext);
  if (timos === null) throw new Error("useTimos is called outside of TimosProvider");
  return timos;
}

export function useSession() {
  const { session } = useTimos();
  return useSyncExternalStore(session.subscribe, session.getState, session.getState);
}
