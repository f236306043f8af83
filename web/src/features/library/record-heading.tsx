import type { ReactNode } from "react";
import { Glyph } from "./glyph.tsx";

interface Props {
  of: { readonly name: string; readonly icon: string; readonly color: string };
  children: ReactNode;
}

/** Which one of several the page is about, and in a line what is to know of it. */
export function RecordHeading({ of: { name, icon, color }, children }: Props) {
  return (
    <header className="flex items-center gap-5">
      <Glyph name={name} icon={icon} color={color} size="heading" />
      <div className="grid min-w-0 gap-1">
        <h1 className="font-serif text-heading font-medium tracking-[-0.01em]">{name}</h1>
        <p className="text-soft">{children}</p>
      </div>
    </header>
  );
}
