const MOST_STROKES = 5;

/** A count as strokes of a pen, the fifth across the four before; above that, as a number. */
export function Tally({ count }: { count: number }) {
  if (count > MOST_STROKES) {
    return (
      <span className="text-sm leading-none font-medium text-accent tabular-nums">{count}</span>
    );
  }
  const upright = Math.min(count, MOST_STROKES - 1);
  return (
    <svg
      viewBox="0 0 24 14"
      aria-hidden
      className="h-3 w-5 stroke-accent sm:h-3.5 sm:w-6"
      fill="none"
      strokeWidth="2"
      strokeLinecap="round"
    >
      {Array.from({ length: upright }, (_, index) => (
        <path key={index} d={`M${3.5 + index * 5} 1.5l-.7 11`} />
      ))}
      {count === MOST_STROKES && <path d="M1 10.5L21.5 3.5" />}
    </svg>
  );
}
