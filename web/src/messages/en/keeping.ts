/** What this device keeps, for want of a connection and until the server has it. */
export const keeping = {
  onDevice: "Saved on this device",
  offline: "You are offline.",
  asOf: "You are offline. What you see is from {when}.",
  waiting:
    "{count, plural, one {1 change waits} other {# changes wait}} on this device for a connection.",
  sendNow: "Try now",
  tabOnly:
    "This browser keeps nothing of this page. What is not on the server yet is in this tab only, so leave it open.",
  full: "The storage of this device is full. What is not on the server yet is in this tab only, so leave it open.",
  update: "A newer version of these pages is ready.",
  reload: "Load it",
  choice: {
    notice: "{count, plural, one {1 change was} other {# changes were}} made elsewhere too.",
    compare: "Compare",
    title: "Changed here and elsewhere",
    text: "While this device was offline, another one changed the same thing. Nothing is lost until you choose.",
    here: "On this device",
    there: "On the server",
    removed: "Moved to the trash",
    refused: "The server does not take it: {reason}",
    keepHere: "Keep that of this device",
    keepThere: "Keep that of the server",
    letGo: "Let it go",
    later: "Decide later",
  },
} as const;
