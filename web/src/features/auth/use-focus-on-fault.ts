import { type RefObject, useEffect } from "react";

/** Brings whoever filled in a form to its first faulty field. */
export function useFocusOnFault(form: RefObject<HTMLFormElement | null>, error: unknown) {
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [form, error]);
}
