import type { ReactNode } from "react";

export interface DataRow {
  readonly key: string;
  readonly head: ReactNode;
  readonly cells: readonly ReactNode[];
}

interface Props {
  /** Read out before the table; not seen, since a heading stands above. */
  caption: string;
  /** Of the first column and of the others. */
  columns: readonly ReactNode[];
  rows: readonly DataRow[];
}

/** The figures of a chart. Wider than there is room for, it moves by itself. */
export function DataTable({ caption, columns, rows }: Props) {
  return (
    <div
      role="region"
      aria-label={caption}
      tabIndex={0}
      className="max-w-full overflow-x-auto rounded-sm print:overflow-visible"
    >
      <table className="w-full border-collapse text-sm tabular-nums print:text-xs">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th
                key={index}
                scope="col"
                className={`py-1.5 align-bottom font-medium text-soft ${index === 0 ? "pe-3 text-start" : "px-2 text-end"}`}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, head, cells }) => (
            <tr key={key} className="break-inside-avoid border-t border-line">
              <th
                scope="row"
                className="py-1.5 pe-3 text-start font-normal print:py-0.5 whitespace-nowrap"
              >
                {head}
              </th>
              {cells.map((cell, index) => (
                <td key={index} className="px-2 py-1.5 text-end whitespace-nowrap print:py-0.5">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
