/** The shape of what is on its way. Screen readers hear the label alone. */
export function Skeleton({ label, lines }: { label: string; lines: readonly string[] }) {
  return (
    <div role="status" className="grid gap-4">
      <span className="sr-only">{label}</span>
      {lines.map((shape, index) => (
        <div key={index} aria-hidden className={`animate-breathe rounded-sm bg-line ${shape}`} />
      ))}
    </div>
  );
}
