import { Ellipsis } from "lucide-react";
import { useRef } from "react";
import { Popover } from "@/components/popover.tsx";

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  readonly isDangerous?: boolean;
}

/** What can be done with one of several, behind a button. */
export function RowMenu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const root = useRef<HTMLDivElement>(null);
  return (
    <div ref={root}>
      <Popover
        button={
          <>
            <Ellipsis aria-hidden className="size-5" />
            <span className="sr-only">{label}</span>
          </>
        }
        buttonClassName="inline-flex size-11 items-center justify-center rounded-md text-faint transition-colors hover:bg-wash hover:text-ink"
        panelClassName="end-0 top-full w-48 gap-0! p-1.5!"
      >
        {(close) =>
          items.map(({ label: name, run, isDangerous }) => (
            <button
              key={name}
              type="button"
              className={`min-h-11 rounded-md px-3 text-start transition-colors hover:bg-wash ${isDangerous ? "text-danger" : ""}`}
              onClick={() => {
                // What opens now gives the focus back to where it was.
                root.current?.querySelector("button")?.focus();
                close();
                run();
              }}
            >
              {name}
            </button>
          ))
        }
      </Popover>
    </div>
  );
}
