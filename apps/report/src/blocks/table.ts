import { ArgumentError } from "@evenkeel/tensor";
import { escapeHtml } from "../page/escape.ts";
import type { Cell, Column, Table, TableRow } from "./blocks.ts";

/** A table with one line of names above it; the first cell of a row is its name. Throws ArgumentError for a row of another length. */
export function drawTable({ caption, columns, rows, isWide = false }: Table): string {
  const kinds = columns.map(({ kind }, index) => kind ?? (index === 0 ? "text" : "number"));
  const head = columns.map((column, index) =>
    writeCell("th", describeColumn(column), [kinds[index]!], "col"),
  );
  return [
    `<div class="frame${isWide ? " wide" : ""}"><table>`,
    ...(caption === undefined ? [] : [`<caption>${escapeHtml(caption)}</caption>`]),
    `<thead><tr>${head.join("")}</tr></thead>`,
    "<tbody>",
    ...rows.map((row) => drawRow(row, kinds)),
    "</tbody>",
    "</table></div>",
  ].join("\n");
}

const describeColumn = ({ name, unit }: Column): string => (unit === undefined ? name : `${name} (${unit})`);

function drawRow(row: TableRow, kinds: readonly ("text" | "number")[]): string {
  if ("heading" in row) {
    return `<tr class="heading"><th colspan="${kinds.length}" scope="colgroup">${escapeHtml(row.heading)}</th></tr>`;
  }
  const cells = "cells" in row ? row.cells : row;
  if (cells.length !== kinds.length) {
    throw new ArgumentError(`a row of a table: found ${cells.length} cells, expected ${kinds.length}`);
  }
  const kind = "cells" in row ? ' class="strong"' : "";
  return `<tr${kind}>${cells.map((cell, index) => drawCell(cell, kinds[index]!, index === 0)).join("")}</tr>`;
}

function drawCell(cell: Cell, kind: "text" | "number", isName: boolean): string {
  const { text, tone } = typeof cell === "string" ? { text: cell, tone: undefined } : cell;
  return writeCell(
    isName ? "th" : "td",
    text,
    tone === undefined ? [kind] : [kind, tone],
    isName ? "row" : undefined,
  );
}

function writeCell(tag: "th" | "td", text: string, kinds: readonly string[], scope?: string): string {
  const classes = kinds.filter((kind) => kind !== "text").join(" ");
  const attributes = [
    ...(scope === undefined ? [] : [` scope="${scope}"`]),
    ...(classes === "" ? [] : [` class="${classes}"`]),
  ];
  return `<${tag}${attributes.join("")}>${escapeHtml(text)}</${tag}>`;
}
