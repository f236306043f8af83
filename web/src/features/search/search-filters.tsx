"use client";

import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import { usePillars, useUsedTags } from "@/features/entries/use-choices.ts";
import { type Filters, hasFilters, KINDS, NO_FILTERS } from "./filters.ts";

interface Props {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

const inputLook = "min-w-0 bg-transparent text-sm text-ink outline-none max-sm:text-[1rem]";

/** What a search is narrowed by, each with a way to take it off. */
export function SearchFilters({ filters, onChange }: Props) {
  const t = useTranslations("search");
  const tagsId = useId();
  const pillars = usePillars(true).data ?? [];
  const tags = useUsedTags(true).data ?? [];
  const set = (change: Partial<Filters>) => onChange({ ...filters, ...change });
  const kinds = KINDS.map((kind) => [kind, t(`kinds.${kind}`)] as const);
  return (
    <div
      role="group"
      aria-label={t("filters")}
      className="flex items-center gap-2 max-sm:overflow-x-auto max-sm:pb-1 sm:flex-wrap"
    >
      <Chip name={t("filter.kind")} isOn={filters.kind !== ""} onRemove={() => set({ kind: "" })}>
        <select
          value={filters.kind}
          onChange={({ target }) =>
            set({ kind: KINDS.find((kind) => kind === target.value) ?? "" })
          }
          className={inputLook}
        >
          <option value="">{t("filter.anyKind")}</option>
          {kinds.map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </Chip>
      <Chip name={t("filter.from")} isOn={filters.from !== ""} onRemove={() => set({ from: "" })}>
        <input
          type="date"
          value={filters.from}
          max={filters.to || undefined}
          onChange={({ target }) => set({ from: target.value })}
          className={inputLook}
        />
      </Chip>
      <Chip name={t("filter.to")} isOn={filters.to !== ""} onRemove={() => set({ to: "" })}>
        <input
          type="date"
          value={filters.to}
          min={filters.from || undefined}
          onChange={({ target }) => set({ to: target.value })}
          className={inputLook}
        />
      </Chip>
      <Chip name={t("filter.tag")} isOn={filters.tag !== ""} onRemove={() => set({ tag: "" })}>
        <input
          value={filters.tag}
          list={tagsId}
          autoCapitalize="none"
          autoComplete="off"
          maxLength={100}
          onChange={({ target }) => set({ tag: target.value })}
          className={`${inputLook} w-24`}
        />
        <datalist id={tagsId}>
          {tags.slice(0, 50).map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
      </Chip>
      {pillars.length > 0 && (
        <Chip
          name={t("filter.pillar")}
          isOn={filters.pillarId !== ""}
          onRemove={() => set({ pillarId: "" })}
        >
          <select
            value={filters.pillarId}
            onChange={({ target }) => set({ pillarId: target.value })}
            className={`${inputLook} max-w-36`}
          >
            <option value="">{t("filter.anyPillar")}</option>
            {pillars.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </Chip>
      )}
      {hasFilters(filters) && (
        <button
          type="button"
          className="min-h-9 shrink-0 px-1 text-sm font-medium text-accent underline underline-offset-4"
          onClick={() => onChange(NO_FILTERS)}
        >
          {t("clearFilters")}
        </button>
      )}
    </div>
  );
}

interface ChipProps {
  name: string;
  isOn: boolean;
  onRemove: () => void;
  children: ReactNode;
}

function Chip({ name, isOn, onRemove, children }: ChipProps) {
  const t = useTranslations("search.filter");
  return (
    <div
      className={`flex min-h-9 max-w-full shrink-0 items-center rounded-md border text-sm focus-within:border-accent focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent pointer-coarse:min-h-11 ${isOn ? "border-accent bg-wash" : "border-line"}`}
    >
      <label className="flex min-w-0 items-center gap-1.5 ps-2.5 pe-2">
        <span className="text-soft">{name}</span>
        {children}
      </label>
      {isOn && (
        <button
          type="button"
          aria-label={t("remove", { name })}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-soft hover:text-ink pointer-coarse:size-11"
          onClick={onRemove}
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  );
}
