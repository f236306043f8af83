/** Loaded before a command (`node --import`): its clock is ten minutes ahead of everybody else's. */
const AHEAD_MS = 10 * 60_000;
const Real = Date;

globalThis.Date = class extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(Real.now() + AHEAD_MS);
    else super(...parts);
  }

  static now() {
    return Real.now() + AHEAD_MS;
  }
};
