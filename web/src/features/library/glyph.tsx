interface Props {
  name: string;
  /** An emoji, or nothing. */
  icon: string;
  /** `#rrggbb` */
  color?: string;
  size?: "row" | "heading";
}

const SIZES = { row: "size-9 text-lg", heading: "size-14 text-heading" };

/** The sign that something is known by: its icon, or its first letter, on its colour. */
export function Glyph({ name, icon, color, size = "row" }: Props) {
  return (
    <span
      aria-hidden
      className={`inline-flex shrink-0 items-center justify-center rounded-md bg-wash leading-none font-medium ${SIZES[size]}`}
      style={
        color === undefined
          ? undefined
          : { background: `color-mix(in oklab, ${color} 20%, transparent)` }
      }
    >
      {icon || Array.from(name.trim())[0]?.toUpperCase()}
    </span>
  );
}
