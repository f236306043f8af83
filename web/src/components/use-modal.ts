import { type SyntheticEvent, useId, useLayoutEffect, useRef } from "react";

/**
 * Opens a `<dialog>` as a modal one for as long as it is rendered: what it takes, and the id of its title.
 *
 * @param onDismiss - Called when Escape is pressed; without it the dialog stays until it is answered.
 */
export function useModal(onDismiss: (() => void) | undefined) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // Closed before it is gone from the document, so that the focus goes back to where it was.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);

  const onCancel = (event: SyntheticEvent) => {
    event.preventDefault();
    onDismiss?.();
  };
  return { titleId, modal: { ref, "aria-labelledby": titleId, onCancel } };
}
