import {
  CalendarCheck,
  Keyboard,
  LogOut,
  Moon,
  PenLine,
  Settings,
  Sun,
  SunMoon,
} from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { PLACES } from "@/features/account/places.ts";
import { useUser } from "@/features/account/use-user.ts";
import { Keys } from "@/features/keyboard/keys.tsx";
import { useDesk } from "@/features/keyboard/desk.ts";
import { clockIn, dayFor, formatDay } from "@/lib/day.ts";
import { applyTheme, type Theme } from "@/lib/theme.ts";
import type { ChoiceGroup } from "./choice-list.tsx";
import { type Choice, type Command, commandsLike } from "./choices.ts";
import { typedDay } from "./typed-day.ts";

const MOST_SHOWN = 5;

const THEMES = [
  ["light", Sun],
  ["dark", Moon],
  ["system", SunMoon],
] as const satisfies readonly (readonly [Theme, unknown])[];

/** Places to go to and things to do, by what is typed. */
export function useCommands(onDone: () => void, onSignOut: () => void) {
  const t = useTranslations("search");
  const places = useTranslations("journal.places");
  const router = useRouter();
  const pathname = usePathname();
  const { timeZone, dayStartHour, dateLocale } = useUser();
  const desk = useDesk();

  const go = (href: string) => {
    router.push(href);
    onDone();
  };
  const more: Readonly<Record<string, string>> = {
    today: t("commands.todayWords"),
    calendar: t("commands.calendarWords"),
  };
  const all = PLACES.flatMap((group) => [...group.places]);
  // Not to where one is, and this is the search.
  const elsewhere = all.filter(({ href }) => href !== pathname && href !== "/search");
  const goTo: Command[] = elsewhere.map(({ href, name, Sign }) => ({
    id: href,
    name: places(name),
    words: more[name] ?? "",
    Sign,
    run: () => go(href),
  }));
  goTo.push({
    id: "/settings",
    name: places("settings"),
    words: "",
    Sign: Settings,
    run: () => go("/settings"),
  });
  const actions: Command[] = [
    {
      id: "new-entry",
      name: t("commands.newEntry"),
      words: t("commands.newEntryWords"),
      Sign: PenLine,
      run: () => {
        onDone();
        desk.beginEntry();
      },
    },
    {
      id: "keys",
      name: t("commands.keys"),
      words: t("commands.keysWords"),
      Sign: Keyboard,
      keys: "Mod /",
      run: () => desk.open("keys"),
    },
    ...THEMES.map(([theme, Sign]) => ({
      id: theme,
      name: t(`commands.${theme}`),
      words: t("commands.themeWords"),
      Sign,
      run: () => {
        applyTheme(theme);
        onDone();
      },
    })),
    {
      id: "sign-out",
      name: t("commands.signOut"),
      words: t("commands.signOutWords"),
      Sign: LogOut,
      run: onSignOut,
    },
  ];

  const dayChoice = (day: string, name: string): Choice => ({
    id: `day-${day}`,
    content: <CommandContent name={name} Sign={CalendarCheck} />,
    run: () => go(`/day/${day}`),
  });
  const long = (day: string) => formatDay(day, dateLocale, { dateStyle: "full" });

  return (typed: string): ChoiceGroup[] => {
    if (typed.trim() === "") {
      const recent = desk.recentDays.filter((day) => pathname !== `/day/${day}`);
      return [
        { name: t("groups.recent"), choices: recent.map((day) => dayChoice(day, long(day))) },
        { name: t("groups.goTo"), choices: goTo.map(choiceOf) },
        { name: t("groups.actions"), choices: actions.map(choiceOf) },
      ];
    }
    const today = dayFor(clockIn(timeZone, new Date()), dayStartHour);
    const day = typedDay(typed, today, dateLocale);
    return [
      {
        name: t("groups.goTo"),
        choices: [
          ...(day === null ? [] : [dayChoice(day, t("goToDay", { day: long(day) }))]),
          ...commandsLike(goTo, typed).slice(0, MOST_SHOWN).map(choiceOf),
        ],
      },
      {
        name: t("groups.actions"),
        choices: commandsLike(actions, typed).slice(0, MOST_SHOWN).map(choiceOf),
      },
    ];
  };
}

const choiceOf = ({ id, run, ...command }: Command): Choice => ({
  id,
  run,
  content: <CommandContent {...command} />,
});

function CommandContent({ name, Sign, keys }: Pick<Command, "name" | "Sign" | "keys">) {
  return (
    <span className="flex min-w-0 flex-1 items-center gap-3">
      <Sign aria-hidden className="size-4.5 shrink-0 text-faint" />
      <span className="min-w-0 flex-1 truncate">{name}</span>
      {keys && <Keys of={keys} />}
    </span>
  );
}
