import type { Summary } from "./model-summary.ts";

const formatCount = (count: number): string => (count === 0 ? "" : count.toLocaleString("en"));

const units = ["", " k", " M", " G", " T"];

/** Three significant digits with a unit of thousands. */
function formatLarge(value: number, unit: string): string {
  let scaled = value;
  let power = 0;
  while (scaled >= 1000 && power < units.length - 1) {
    scaled /= 1000;
    power++;
  }
  return `${Number(scaled.toPrecision(3))}${units[power] || (unit && " ")}${unit}`;
}

const indent = (path: string): string => "  ".repeat(path === "" ? 0 : path.split(".").length);

/** A table with a line for each module, and the totals. */
export function formatSummary(summary: Omit<Summary, "toString">): string {
  const rows = summary.modules.map(({ path, description, outputShapes, parameters, flops, fusedInto }) => {
    const shape = outputShapes.map((sizes) => `[${sizes.join(", ")}]`).join(" ");
    const name = path === "" ? description : `${path}: ${description}`;
    const fused = fusedInto === undefined ? "" : `in ${fusedInto}`;
    return [
      `${indent(path)}${name}`,
      shape,
      formatCount(parameters),
      flops && formatLarge(flops, ""),
      fused,
    ].map((cell) => cell || "");
  });
  const header = ["module", "output", "parameters", "FLOPs", "runs"];
  const widths = header.map((title, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]!.length), title.length),
  );
  const isNumber = (column: number): boolean => column === 2 || column === 3;
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join("  ")
      .trimEnd();
  const { parameters, trainableParameters, flops, activationBytes } = summary;
  return [
    line(header),
    ...rows.map(line),
    `${parameters.toLocaleString("en")} parameters, ${trainableParameters.toLocaleString("en")} of them trainable`,
    `${formatLarge(flops, "")} floating-point operations in products and convolutions of a forward pass`,
    `${formatLarge(activationBytes, "B")} of results in a forward pass`,
  ].join("\n");
}
