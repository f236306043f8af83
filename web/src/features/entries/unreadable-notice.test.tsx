import { describe, expect, it } from "@jest/globals";
import { render, screen } from "@testing-library/react";
import { InEnglish } from "@/i18n/testing.tsx";
import { UnreadableNotice } from "./unreadable-notice.tsx";

describe("entries that do not open", () => {
  it.each([
    [1, "1 entry of this day could not be opened"],
    [2, "2 entries of this day could not be opened"],
  ])("are counted, and what to do is said: %i", (count, title) => {
    render(<UnreadableNotice count={count} />, { wrapper: InEnglish });
    const notice = screen.getByRole("alert");
    expect(notice.textContent).toContain(title);
    expect(notice.textContent).toContain("Ask whoever runs this TimOS");
  });

  it("are not spoken of where there are none", () => {
    const { container } = render(<UnreadableNotice count={0} />, { wrapper: InEnglish });
    expect(container.childElementCount).toBe(0);
  });
});
