import { describe, expect, it } from "@jest/globals";
import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { TenSteps } from "./ten-steps.tsx";

function Scale({ first }: { first: number | null }) {
  const [value, setValue] = useState(first);
  return <TenSteps label="Mind" value={value} onChange={setValue} />;
}

const chosen = () => screen.queryByRole<HTMLInputElement>("radio", { checked: true })?.value;
const press = (key: string) => fireEvent.keyDown(screen.getByRole("group"), { key });

describe("a row of ten", () => {
  it("is chosen from by digits and arrows, which end at its ends, and is let go of by Delete", () => {
    render(<Scale first={null} />);
    expect(chosen()).toBeUndefined();
    press("0");
    expect(chosen()).toBe("10");
    press("ArrowRight");
    expect(chosen()).toBe("10");
    press("ArrowLeft");
    expect(chosen()).toBe("9");
    expect(document.activeElement).toBe(screen.getByRole("radio", { name: "9" }));
    press("Home");
    press("ArrowUp");
    expect(chosen()).toBe("1");
    press("Delete");
    expect(chosen()).toBeUndefined();
    press("ArrowRight");
    expect(chosen()).toBe("1");
  });

  it("is chosen from by a tap, and let go of by another", () => {
    render(<Scale first={3} />);
    fireEvent.click(screen.getByRole("radio", { name: "7" }));
    expect(chosen()).toBe("7");
    fireEvent.click(screen.getByRole("radio", { name: "7" }));
    expect(chosen()).toBeUndefined();
  });
});
