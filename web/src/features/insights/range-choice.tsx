"use client";

import { type SubmitEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Field } from "@/components/field.tsx";
import { faultOf, PRESETS, type Range, type RangeFault } from "./range.ts";
import { choiceLook, ShallowLink } from "./shallow-link.tsx";

/** Which days are looked at; the address keeps it. */
export function RangeChoice({ range, today }: { range: Range; today: string }) {
  const t = useTranslations("insights.range");
  const [isOwn, setIsOwn] = useState(range.preset === null);
  return (
    <div className="grid gap-4 print:hidden">
      <nav aria-label={t("label")} className="-mx-3 flex flex-wrap gap-x-1">
        {PRESETS.map((days) => (
          <ShallowLink key={days} href={`/insights?days=${days}`} isCurrent={range.preset === days}>
            {days === 365 ? t("year") : t("days", { count: String(days) })}
          </ShallowLink>
        ))}
        <button
          type="button"
          aria-expanded={isOwn}
          aria-current={range.preset === null ? "true" : undefined}
          className={choiceLook}
          onClick={() => setIsOwn(!isOwn)}
        >
          {t("own")}
        </button>
      </nav>
      {isOwn && <OwnDays key={`${range.from} ${range.to}`} range={range} today={today} />}
    </div>
  );
}

function OwnDays({ range, today }: { range: Range; today: string }) {
  const t = useTranslations("insights.range");
  const [from, setFrom] = useState<string>(range.from);
  const [to, setTo] = useState<string>(range.to);
  const [fault, setFault] = useState<RangeFault>();
  const show = (event: SubmitEvent) => {
    event.preventDefault();
    const found = faultOf(from, to);
    setFault(found);
    if (found === undefined) window.history.pushState(null, "", `/insights?from=${from}&to=${to}`);
  };
  return (
    <form method="post" noValidate className="flex flex-wrap items-start gap-3" onSubmit={show}>
      <Field
        label={t("from")}
        type="date"
        value={from}
        max={today}
        onChange={({ target }) => setFrom(target.value)}
        fault={fault && t(fault)}
      />
      <Field
        label={t("to")}
        type="date"
        value={to}
        max={today}
        onChange={({ target }) => setTo(target.value)}
      />
      <Button type="submit" look="secondary" className="mt-6.5 min-h-11">
        {t("show")}
      </Button>
    </form>
  );
}
