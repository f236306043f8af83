"use client";

import { X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { tagsLike } from "./tag-suggestions.ts";
import { useUsedTags } from "./use-choices.ts";

interface Props {
  tags: readonly string[];
  onChange: (tags: string[]) => void;
}

const MAX_TAGS = 50;

export function EntryTags({ tags, onChange }: Props) {
  const t = useTranslations("journal.entry");
  return (
    <div className="flex max-w-full min-w-0 flex-wrap items-center gap-1.5">
      <ul aria-label={t("tags")} className="contents">
        {tags.map((tag) => (
          <li
            key={tag}
            className="inline-flex max-w-full items-center rounded-sm bg-wash ps-2 text-sm text-soft"
          >
            <span className="truncate">{tag}</span>
            <button
              type="button"
              aria-label={t("removeTag", { tag })}
              className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm hover:text-ink pointer-coarse:size-8"
              onClick={() => onChange(tags.filter((each) => each !== tag))}
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </li>
        ))}
      </ul>
      {tags.length < MAX_TAGS && <NewTag tags={tags} onChange={onChange} />}
    </div>
  );
}

/** Where a tag is typed, or chosen from those used before. */
function NewTag({ tags, onChange }: Props) {
  const t = useTranslations("journal.entry");
  const words = useTranslations("writing.tags");
  const id = useId();
  const [typed, setTyped] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  /** The one that the arrows are at; -1 is what was typed. */
  const [active, setActive] = useState(-1);
  const used = useUsedTags(isOpen).data ?? [];
  const like = isOpen ? tagsLike(typed, used, tags) : [];
  const isShown = like.length > 0;

  const add = (chosen: string) => {
    const tag = chosen.trim();
    setTyped("");
    setActive(-1);
    if (tag !== "" && !tags.includes(tag)) onChange([...tags, tag]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add(event.key === "Enter" ? (like[active] ?? typed) : typed);
    } else if (event.key === "Backspace" && typed === "") {
      onChange(tags.slice(0, -1));
    } else if (event.key === "Escape" && isShown) {
      setIsOpen(false);
      setActive(-1);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setIsOpen(true);
      const places = like.length + 1;
      const by = event.key === "ArrowDown" ? 1 : -1;
      setActive(((active + 1 + by + places) % places) - 1);
    }
  };

  return (
    <div className="relative">
      <input
        role="combobox"
        aria-label={t("addTag")}
        aria-expanded={isShown}
        aria-controls={isShown ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 && isShown ? `${id}-${active}` : undefined}
        value={typed}
        placeholder={t("addTag")}
        autoCapitalize="none"
        autoComplete="off"
        maxLength={60}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(-1);
          setIsOpen(true);
        }}
        onFocus={() => setIsOpen(true)}
        onKeyDown={onKeyDown}
        onBlur={() => {
          add(typed);
          setIsOpen(false);
        }}
        className="h-6 w-24 rounded-sm bg-transparent px-1 text-sm pointer-coarse:h-9"
      />
      {isShown && (
        <ul
          id={id}
          role="listbox"
          aria-label={words("used")}
          className="absolute start-0 bottom-full z-20 mb-1 grid w-48 max-w-[60vw] rounded-lg border border-line bg-raised p-1 shadow-raised"
        >
          {like.map((tag, index) => (
            <li
              key={tag}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              // The field keeps the focus: leaving it would add what is typed.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => add(tag)}
              className="flex min-h-8 cursor-pointer items-center rounded-md px-2 text-sm hover:bg-wash aria-selected:bg-wash aria-selected:text-accent pointer-coarse:min-h-11"
            >
              <span className="truncate">{tag}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
