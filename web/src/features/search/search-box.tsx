"use client";

import { Search, SlidersHorizontal, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { IconButton } from "@/components/icon-button.tsx";
import { Notice } from "@/components/notice.tsx";
import { ApiError } from "@/lib/api.ts";
import { useFailure } from "@/lib/failure.ts";
import { type ChoiceGroup, ChoiceList, optionId } from "./choice-list.tsx";
import { type Filters, hasFilters, NO_FILTERS } from "./filters.ts";
import { FoundContent } from "./found-content.tsx";
import { placeOf } from "./found-place.ts";
import { NothingFound, SearchHints } from "./nothing-found.tsx";
import { SearchFilters } from "./search-filters.tsx";
import { useSearch } from "./use-search.ts";

interface Props {
  placeholder: string;
  /** What can be chosen besides what is found. */
  groupsFor: (typed: string) => readonly ChoiceGroup[];
  /** On the page, filters are always there; in the palette, when they are asked for. */
  isPage: boolean;
  /** Something was chosen, or nothing is wanted any more. */
  onDone?: (() => void) | undefined;
}

const FIRST_SHOWN = 20;
const MOST_SHOWN = 100;

/** A field to search and to go anywhere from, what is found, and the keys to choose from that. */
export function SearchBox({ placeholder, groupsFor, isPage, onDone }: Props) {
  const t = useTranslations("search");
  const router = useRouter();
  const listId = useId();
  const [typed, setTyped] = useState("");
  const [filters, setFilters] = useState<Filters>(NO_FILTERS);
  const [showsFilters, setShowsFilters] = useState(isPage);
  const [limit, setLimit] = useState(FIRST_SHOWN);
  const [active, setActive] = useState<string>();
  const { found, error, isLooking, lookAgain } = useSearch(typed, filters, limit);

  const ask = (text: string, narrowed: Filters) => {
    setTyped(text);
    setFilters(narrowed);
    setLimit(FIRST_SHOWN);
    setActive(undefined);
  };
  const results: ChoiceGroup = {
    name: t("groups.found"),
    choices: (found?.items ?? []).map((item) => ({
      id: `found-${item.id}`,
      content: <FoundContent found={item} />,
      run: () => {
        router.push(placeOf(item));
        onDone?.();
      },
    })),
  };
  const groups = [...groupsFor(typed), results].filter(({ choices }) => choices.length > 0);
  const choices = groups.flatMap((group) => group.choices);
  // While an answer is on its way, what Enter would choose is not changed under one's hands.
  const current = choices.find(({ id }) => id === active) ?? choices[0];

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && current) {
      event.preventDefault();
      current.run();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      const at = choices.findIndex((choice) => choice === current);
      setActive(choices[(at + by + choices.length) % choices.length]?.id);
    }
  };

  return (
    <div className={isPage ? "grid content-start gap-5" : "flex min-h-0 flex-col"}>
      <div
        className={`flex shrink-0 items-center gap-1 ${isPage ? "rounded-md border border-edge bg-raised ps-3 focus-within:border-accent focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent" : "border-b border-line px-4"}`}
      >
        <Search aria-hidden className="size-5 shrink-0 text-faint" />
        <input
          role="combobox"
          aria-label={t("label")}
          aria-expanded={choices.length > 0}
          aria-controls={choices.length > 0 ? listId : undefined}
          aria-activedescendant={current && optionId(listId, current.id)}
          aria-autocomplete="list"
          value={typed}
          placeholder={placeholder}
          // The palette is opened to type in it, and so is the page of the search.
          autoFocus
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="go"
          maxLength={200}
          onChange={({ target }) => ask(target.value, filters)}
          onKeyDown={onKeyDown}
          className="min-h-14 min-w-0 flex-1 bg-transparent px-2 text-lg text-ellipsis outline-none"
        />
        {!isPage && (
          <IconButton
            label={t("filters")}
            aria-expanded={showsFilters}
            className={`pointer-coarse:size-11 ${hasFilters(filters) ? "text-accent" : ""}`}
            onClick={() => setShowsFilters(!showsFilters)}
          >
            <SlidersHorizontal aria-hidden />
          </IconButton>
        )}
        {onDone && (
          <IconButton label={t("close")} className="pointer-coarse:size-11" onClick={onDone}>
            <X aria-hidden />
          </IconButton>
        )}
      </div>
      {(showsFilters || hasFilters(filters)) && (
        <div className={isPage ? "" : "shrink-0 border-b border-line px-4 py-2.5"}>
          <SearchFilters filters={filters} onChange={(narrowed) => ask(typed, narrowed)} />
        </div>
      )}
      <div
        className={`grid content-start gap-3 ${isPage ? "-mx-3" : "min-h-0 overflow-y-auto p-2"}`}
      >
        <p
          role="status"
          className={found && found.items.length > 0 ? "px-3 text-sm text-soft" : "sr-only"}
        >
          {found && !isLooking && t("found", shownOf(found.total, found.items.length))}
          {found && isLooking && t("looking")}
        </p>
        {choices.length > 0 && (
          <div className={isLooking ? "opacity-70 transition-opacity delay-300" : ""}>
            <ChoiceList
              id={listId}
              groups={groups}
              active={current?.id}
              isBusy={isLooking}
              onActivate={setActive}
            />
          </div>
        )}
        {error && <SearchFailed error={error} onRetry={lookAgain} />}
        {found?.total === 0 && !isLooking && (
          <NothingFound typed={typed} isFiltered={hasFilters(filters)} />
        )}
        {isPage && typed.trim() === "" && (
          <div className="grid gap-3 px-3 py-2">
            <h2 className="text-sm font-medium text-soft">{t("howTo")}</h2>
            <SearchHints />
          </div>
        )}
        {found && found.total > found.items.length && limit < MOST_SHOWN && (
          <div className="px-3 pb-2">
            <Button look="quiet" className="-ms-2.5" onClick={() => setLimit(MOST_SHOWN)}>
              {t("more")}
            </Button>
          </div>
        )}
        {found?.unreadable !== undefined && (
          <div className="px-3">
            <Notice tone="danger">
              <p>{t("unreadable", { count: found.unreadable })}</p>
            </Notice>
          </div>
        )}
      </div>
    </div>
  );
}

/** How many there are; how many of them are here is said only where that is less. */
const shownOf = (total: number, shown: number) => ({ total, shown: shown < total ? shown : 0 });

function SearchFailed({ error, onRetry }: { error: Error; onRetry: () => void }): ReactNode {
  const t = useTranslations("search");
  const words = useTranslations("common");
  const { explain } = useFailure();
  if (error instanceof ApiError && error.code === "invalid_request") {
    return (
      <p role="status" className="px-3 py-2 text-soft">
        {t("invalid")}
      </p>
    );
  }
  return (
    <div className="grid justify-items-start gap-3 px-3 py-2">
      <p role="alert">{explain(error)}</p>
      <Button look="secondary" onClick={onRetry}>
        {words("tryAgain")}
      </Button>
    </div>
  );
}
