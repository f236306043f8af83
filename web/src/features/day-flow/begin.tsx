"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { type SubmitEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Failure } from "@/components/failure.tsx";
import { Field } from "@/components/field.tsx";
import { linkLook } from "@/components/rich-text.tsx";
import { useTimos } from "@/lib/client.tsx";
import { textOf } from "@/lib/form.ts";
import { newId } from "@/lib/id.ts";

interface Suggestion {
  readonly name: string;
  readonly icon: string;
}

/** For whoever has no habits: some to take in, and a line for one of their own. */
export function BeginHabits() {
  const t = useTranslations("dayFlow.habits");
  const { api } = useTimos();
  return (
    <Begin
      what="habits"
      text={t("none")}
      own={t("own")}
      all={t("all")}
      read={api.habits.suggestions}
      add={(body, position) =>
        api.habits.put({ params: { id: newId() }, body: { ...body, position } })
      }
    />
  );
}

/** For whoever has no pillars: the four that most begin with, and a line for one of their own. */
export function BeginPillars() {
  const t = useTranslations("dayFlow.pillars");
  const { api } = useTimos();
  return (
    <Begin
      what="pillars"
      text={t("none")}
      own={t("own")}
      all={t("all")}
      read={api.pillars.suggestions}
      add={(body, position) =>
        api.pillars.put({ params: { id: newId() }, body: { ...body, position } })
      }
    />
  );
}

interface Props<S extends Suggestion> {
  what: "habits" | "pillars";
  text: string;
  own: string;
  all: string;
  read: (asked: { signal: AbortSignal }) => Promise<{ items: readonly S[] }>;
  add: (body: S | { name: string }, position: number) => Promise<unknown>;
}

function Begin<S extends Suggestion>({ what, text, own, all, read, add }: Props<S>) {
  const t = useTranslations("dayFlow.suggestions");
  const queries = useQueryClient();
  const [isNaming, setIsNaming] = useState(false);
  const [taken, setTaken] = useState<readonly string[]>([]);
  const suggestions = useQuery({
    queryKey: ["journal", "suggestions of the day", what],
    queryFn: async ({ signal }) => (await read({ signal })).items,
    staleTime: Infinity,
  });
  const adding = useMutation({
    mutationFn: (body: S | { name: string }) => add(body, taken.length),
    onSuccess: (_, { name }) => {
      setTaken([...taken, name]);
      return queries.invalidateQueries({ queryKey: ["journal"] });
    },
  });

  const addOwn = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const name = textOf(new FormData(form), "name").trim();
    if (name !== "") adding.mutate({ name }, { onSuccess: () => form.reset() });
  };

  return (
    <div className="grid gap-4">
      <p className="max-w-[34rem] text-soft">{text}</p>
      <ul className="flex flex-wrap gap-2">
        {suggestions.data
          ?.filter(({ name }) => !taken.includes(name))
          .map((suggestion) => (
            <li key={suggestion.name}>
              <button
                type="button"
                disabled={adding.isPending}
                aria-label={t("take", { name: suggestion.name })}
                onClick={() => adding.mutate(suggestion)}
                className={chipLook}
              >
                <span aria-hidden>{suggestion.icon}</span>
                {suggestion.name}
                <Plus aria-hidden className="size-4 text-faint" />
              </button>
            </li>
          ))}
        {!isNaming && (
          <li>
            <button
              type="button"
              onClick={() => setIsNaming(true)}
              className={`${chipLook} border-dashed`}
            >
              {own} …
            </button>
          </li>
        )}
      </ul>
      {isNaming && (
        <form
          method="post"
          onSubmit={addOwn}
          className="flex max-w-[28rem] flex-wrap items-end gap-2"
        >
          <div className="min-w-40 flex-1">
            <Field label={own} name="name" autoComplete="off" maxLength={100} autoFocus />
          </div>
          <Button type="submit" look="secondary" className="min-h-11" disabled={adding.isPending}>
            {t("add")}
          </Button>
        </form>
      )}
      <Failure of={adding.error} />
      <p role="status" className="text-sm text-soft">
        {taken.length > 0 && (
          <>
            {t("taken", { name: taken.at(-1) ?? "" })}{" "}
            <Link href={`/${what}`} prefetch={false} className={linkLook}>
              {all}
            </Link>
          </>
        )}
      </p>
    </div>
  );
}

const chipLook =
  "inline-flex min-h-11 items-center gap-2 rounded-full border border-edge bg-raised px-4 transition-colors enabled:hover:border-accent enabled:hover:text-accent disabled:opacity-55";
