"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { useFailure } from "@/lib/failure.ts";
import { Failure } from "./failure.tsx";

interface Props {
  onSubmit: (data: FormData, form: HTMLFormElement) => void;
  error: unknown;
  /** The fields that say themselves what the API finds wrong with them. */
  fields?: readonly string[];
  /** What is wrong that the form found by itself. */
  fault?: string | undefined;
  onChange?: (data: FormData) => void;
  children: ReactNode;
}

/** A form. What is wrong is said at its field, or else above all; whoever filled it in is brought to the first fault. */
export function Form({ onSubmit, error, fields = [], fault, onChange, children }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const { faultOf } = useFailure();
  const isAtField = fields.some((field) => faultOf(error, field) !== undefined);

  useEffect(() => {
    if (!error && !fault) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [error, fault]);

  return (
    <form
      method="post"
      ref={form}
      className="grid max-w-form gap-5"
      onChange={(event) => onChange?.(new FormData(event.currentTarget))}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(new FormData(event.currentTarget), event.currentTarget);
      }}
    >
      {!isAtField && <Failure of={error} />}
      {children}
    </form>
  );
}
