import {
  Bell,
  CalendarDays,
  CalendarRange,
  ChartNoAxesColumn,
  FileText,
  History,
  Landmark,
  NotebookPen,
  Repeat,
  ScrollText,
  Search,
  Smile,
  Trash2,
} from "lucide-react";

/**
 * The pages that are always at hand, in groups. One more is one line more, and its name in the messages. `isInBar` ones
 * are at hand on a phone too; all others are behind "More" there.
 */
export const PLACES = [
  {
    group: "days",
    places: [
      { href: "/today", name: "today", Sign: NotebookPen, isInBar: true },
      { href: "/calendar", name: "calendar", Sign: CalendarDays, isInBar: true },
      { href: "/entries", name: "entries", Sign: ScrollText, isInBar: false },
      { href: "/week", name: "week", Sign: CalendarRange, isInBar: false },
      { href: "/on-this-day", name: "onThisDay", Sign: History, isInBar: false },
      { href: "/search", name: "search", Sign: Search, isInBar: true },
    ],
  },
  {
    group: "library",
    places: [
      { href: "/insights", name: "insights", Sign: ChartNoAxesColumn, isInBar: false },
      { href: "/habits", name: "habits", Sign: Repeat, isInBar: false },
      { href: "/pillars", name: "pillars", Sign: Landmark, isInBar: false },
      { href: "/moods", name: "moods", Sign: Smile, isInBar: false },
      { href: "/templates", name: "templates", Sign: FileText, isInBar: false },
      { href: "/reminders", name: "reminders", Sign: Bell, isInBar: false },
      { href: "/trash", name: "trash", Sign: Trash2, isInBar: false },
    ],
  },
] as const;

/** How a link to a place says that it is the one that is open, or that the open page belongs to it. */
export function currentIn(pathname: string, href: string): "page" | "true" | undefined {
  if (pathname === href) return "page";
  return pathname.startsWith(`${href}/`) ? "true" : undefined;
}
