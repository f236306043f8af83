/** What this device keeps, for want of a connection and until the server has it. */
export const keeping = {
  onDevice: "Saved on this device",
  offline: "No connection to TimOS.",
  asOf: "No connection to TimOS. What you see is from {when}.",
  waiting: "{count, plural, one {1 change waits} other {# changes wait}} on this device.",
  sendNow: "Try now",
  tabOnly:
    "This browser keeps nothing of this page. What is not on the server yet is in this tab only, so leave it open.",
  full: "The storage of this device is full. What is not on the server yet is in this tab only, so leave it open.",
  update: "A newer version of these pages is ready.",
  reload: "Load it",
  refused:
    "{count, plural, one {1 change that you made offline was} other {# changes that you made offline were}} not accepted.",
  letGo: "Let go of {count, plural, one {it} other {them}}",
  over: {
    kept: "{count, plural, one {One change is} other {# changes are}} not saved yet. This device keeps {count, plural, one {it} other {them}}, sealed, until you sign in here again.",
    leave: "Leave, and go on later",
  },
} as const;
