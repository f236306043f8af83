/** Where an entry is on the page of its day. */
export const entryAnchor = (id: string) => `entry-${id}`;
