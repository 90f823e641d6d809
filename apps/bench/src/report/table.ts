import type { BenchReport, Row } from "../core/rows.ts";
import {
  describeAmount,
  describeComparison,
  describeGaps,
  describeSetting,
  describeTimes,
  formatMilliseconds,
  groupCases,
} from "./figures.ts";
import { checkTargets, describeBound } from "./targets.ts";

/** Pads columns to the width of their widest cell. */
function align(rows: readonly (readonly string[])[], rightFrom: number, rightTo: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const isRight = column >= rightFrom && column < rightTo;
        return isRight ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
      })
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

/** All rows with the comparison, followed by the reasons for missing rows. */
export function writeTable(report: BenchReport): string {
  const rows = groupCases(report).flatMap((group) =>
    group.rows.map((row, index) => [
      index === 0 ? row.suite : "",
      index === 0 ? row.case : "",
      row.subject,
      String(row.threads),
      ...describeTimes(row, group),
      describeAmount(row, group),
      describeComparison(row, group) ?? "",
    ]),
  );
  const head = ["suite", "case", "subject", "threads", "median", "spread", "", "evenkeel reaches"];
  const missing = [
    ...describeGaps(report, "error").map((gap) => `ERROR   ${gap}`),
    ...describeGaps(report, "absent").map((gap) => `absent  ${gap}`),
  ];
  return [...describeSetting(report), "", align([head, ...rows], 3, 6), ...missing].join("\n");
}

/** The targets, the measured values, and whether each target is met. */
export function writeTargetTable(report: BenchReport): string {
  const outcomes = checkTargets(report);
  if (outcomes.length === 0) return "No targets for these cases.";
  const rows = outcomes.map(({ target, value, isMet }) => [
    target.suite,
    target.case,
    String(target.threads),
    target.measure,
    describeBound(target),
    value === undefined ? "not measured" : target.show(value),
    value === undefined ? "" : isMet ? "met" : "NOT MET",
  ]);
  const head = ["suite", "case", "threads", "target", "", "measured", ""];
  const count = outcomes.filter(({ isMet }) => isMet).length;
  return `${align([head, ...rows], 2, 3)}\n\n${count} of ${outcomes.length} targets met`;
}

/** One line for a completed case. */
export function describeProgress(rows: readonly Row[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const parts = rows.map(({ subject, threads, milliseconds: time, error }) => {
    const name = threads === 1 ? subject : `${subject}(${threads})`;
    if (error !== undefined) return `${name} ERROR ${error}`;
    return time === null ? undefined : `${name} ${formatMilliseconds(time)}`;
  });
  return `${first.suite} ${first.case}: ${parts.filter((part) => part !== undefined).join(", ")}`;
}
