"use client";

import { X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";

interface Props {
  tags: readonly string[];
  onChange: (tags: string[]) => void;
}

const MAX_TAGS = 50;

export function EntryTags({ tags, onChange }: Props) {
  const t = useTranslations("journal.entry");
  const id = useId();
  const [typed, setTyped] = useState("");

  const add = () => {
    const tag = typed.trim();
    setTyped("");
    if (tag !== "" && !tags.includes(tag)) onChange([...tags, tag]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && typed === "") {
      onChange(tags.slice(0, -1));
    }
  };

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
              className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm hover:text-ink"
              onClick={() => onChange(tags.filter((each) => each !== tag))}
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </li>
        ))}
      </ul>
      {tags.length < MAX_TAGS && (
        <>
          <label htmlFor={id} className="sr-only">
            {t("addTag")}
          </label>
          <input
            id={id}
            value={typed}
            placeholder={t("addTag")}
            autoCapitalize="none"
            maxLength={60}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={add}
            className="h-6 w-24 rounded-sm bg-transparent px-1 text-sm"
          />
        </>
      )}
    </div>
  );
}
