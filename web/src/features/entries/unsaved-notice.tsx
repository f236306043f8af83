"use client";

import Link from "next/link";
import { type ReactNode, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { useUser } from "@/features/account/use-user.ts";
import { useSession } from "@/lib/client.tsx";
import { clockIn, formatDay } from "@/lib/day.ts";
import { type Keeping, useKeeping, useNewer } from "@/lib/keeping/keeping-provider.tsx";
import type { AnySaver } from "@/lib/saver/record-saver.ts";
import { statusOf } from "@/lib/saver/save-machine.ts";
import { useSaving } from "@/lib/saver/saving-provider.tsx";

const TROUBLED: ReadonlySet<string> = new Set(["retrying", "refused", "changed_elsewhere"]);

const actionLook = "font-medium underline underline-offset-4";

/** Says on every page what is not on the server yet, and what is shown for want of a connection. */
export function UnsavedNotice({ className }: { className: string }) {
  return (
    <div className={`grid gap-px empty:hidden md:gap-2 ${className}`}>
      <Troubled />
      <Connection />
      <NotKept />
      <Newer />
    </div>
  );
}

function Line({ isTrouble = false, children }: { isTrouble?: boolean; children: ReactNode }) {
  const look = isTrouble ? "bg-danger-wash text-danger" : "bg-wash text-soft";
  return (
    <p role="status" className={`px-3 py-2 text-sm md:rounded-md ${look}`}>
      {children}
    </p>
  );
}

/** What is not saved and does not come right by itself, with the way to it. */
function Troubled() {
  const t = useTranslations("journal.saving");
  const { savers } = useSaving();
  const troubled = () =>
    savers
      .all()
      .filter((saver) => TROUBLED.has(statusOf(saver.getState())))
      .map(dayOf)
      .join(" ");
  const days = useSyncExternalStore(savers.subscribe, troubled, troubled).split(" ");
  const [first] = days;
  if (!first) return null;
  return (
    <Line isTrouble>
      {t.rich("notice", {
        count: days.length,
        link: (text) => (
          <Link href={`/${first.includes("W") ? "week" : "day"}/${first}`} className={actionLook}>
            {text}
          </Link>
        ),
      })}
    </Line>
  );
}

/** The day it is about, or the week: entries hold it, forms go by it. */
function dayOf(saver: AnySaver): string {
  const { draft } = saver.getState();
  const isOfDay = typeof draft === "object" && draft !== null && "day" in draft;
  return isOfDay ? String(draft.day) : (saver.id.split("/").at(-1) ?? "");
}

function Connection() {
  const keeping = useKeeping();
  return keeping && <Waiting keeping={keeping} />;
}

function Waiting({ keeping }: { keeping: Keeping }) {
  const t = useTranslations("keeping");
  const { timeZone, dateLocale } = useUser();
  const { status } = useSession();
  const { savers } = useSaving();
  const { carrier, outbox } = keeping;
  const drafts = () =>
    savers.all().filter((saver) => statusOf(saver.getState()) === "offline").length;
  const waiting =
    useSyncExternalStore(savers.subscribe, drafts, drafts) +
    useOf(outbox.subscribe, () => outbox.changes().filter((each) => each.refused === null).length);
  const refused = useOf(
    outbox.subscribe,
    () => outbox.changes().filter((each) => each.refused !== null).length,
  );
  const isReached = useOf(carrier.subscribe, carrier.isReached) && status !== "offline";
  const from = useOf(carrier.subscribe, carrier.shownFrom);
  const shown = from === null ? null : clockIn(timeZone, new Date(from));
  const isOfToday = shown?.day === clockIn(timeZone, new Date()).day;
  const when =
    shown &&
    (isOfToday ? shown.time : formatDay(shown.day, dateLocale, { day: "numeric", month: "long" }));
  const send = () => void Promise.all([outbox.flush(), savers.flush()]);
  return (
    <>
      {(!isReached || waiting > 0) && (
        <Line>
          {!isReached && (when === null ? t("offline") : t("asOf", { when }))}{" "}
          {waiting > 0 && (
            <>
              {t("waiting", { count: waiting })}{" "}
              <button type="button" className={actionLook} onClick={send}>
                {t("sendNow")}
              </button>
            </>
          )}
        </Line>
      )}
      {refused > 0 && (
        <Line isTrouble>
          {t("refused", { count: refused })}{" "}
          <button type="button" className={actionLook} onClick={() => void outbox.letRefusedGo()}>
            {t("letGo", { count: refused })}
          </button>
        </Line>
      )}
    </>
  );
}

const never = () => () => undefined;

/** That this device keeps nothing, or no more. */
function NotKept() {
  const t = useTranslations("keeping");
  const keeping = useKeeping();
  const { savers } = useSaving();
  const subscribe = keeping?.keeper.subscribe ?? never;
  const trouble = useOf(subscribe, () => (keeping ? keeping.keeper.getTrouble() : "refused"));
  const onlyHere = () => savers.onlyHere().length;
  const isAtRisk = useSyncExternalStore(savers.subscribe, onlyHere, onlyHere) > 0;
  // Of no interest before there is something to keep.
  if (trouble === null || !isAtRisk) return null;
  return <Line isTrouble>{t(trouble === "full" ? "full" : "tabOnly")}</Line>;
}

/** That these pages were renewed on the server. */
function Newer() {
  const t = useTranslations("keeping");
  const load = useNewer();
  return (
    load && (
      <Line>
        {t("update")}{" "}
        <button type="button" className={actionLook} onClick={load}>
          {t("reload")}
        </button>
      </Line>
    )
  );
}

const useOf = <T,>(subscribe: (listener: () => void) => () => void, read: () => T): T =>
  useSyncExternalStore(subscribe, read, read);
