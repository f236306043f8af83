/** Has the browser keep `content` as a file. */
export function saveFile(name: string, type: string, content: string) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then; what is in memory need not stay.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
