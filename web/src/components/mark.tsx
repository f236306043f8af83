/** The mark: the head line and the margin of a ruled page, which together are a T. */
export function Mark({ className = "size-7" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className} fill="none" strokeLinecap="round">
      <path d="M4 10.5h24" className="stroke-accent" strokeWidth="3.8" />
      <path d="M12.5 4v24" className="stroke-margin" strokeWidth="3.8" />
      <path d="M19 18h9M19 24.5h5" className="stroke-edge" strokeWidth="2.8" />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2.5">
      <Mark className="size-6.5" />
      <span className="font-serif text-[1.375rem] leading-none font-medium tracking-[-0.01em] text-ink">
        TimOS
      </span>
    </span>
  );
}
