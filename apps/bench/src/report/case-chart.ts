import type { BarChart } from "@evenkeel/report";
import type { Row } from "../core/rows.ts";
import { type CaseRows, formatBytes, formatDigits, formatMilliseconds, isOwn, isRoof } from "./figures.ts";

type Unit = CaseRows["unit"];

const measureLength = (row: Row, unit: Unit): number =>
  ({ time: row.milliseconds!, bytes: row.bytes!, counts: row.bytesMoved! })[unit];

const axes = {
  time: { name: "time", unit: "ms", format: formatDigits },
  bytes: { name: "bytes", format: formatBytes },
  counts: { name: "bytes bound to launches", format: formatBytes },
} as const;

function describeRow(row: Row, unit: Unit): string {
  if (unit === "time") return formatMilliseconds(row.milliseconds!);
  return unit === "bytes" ? formatBytes(row.bytes!) : `${row.launches}, ${formatBytes(row.bytesMoved!)}`;
}

/** The longest bar, as a multiple of Evenkeel's longest bar. Longer bars are cut, so that the others remain visible. */
const longestRatio = 12;

/** A bar for every subject of a case, with the interquartile range around its median. */
export function makeCaseChart({ name, rows, unit }: CaseRows): BarChart {
  const own = rows.filter(({ subject }) => isOwn(subject)).map((row) => measureLength(row, unit));
  const values = rows.map((row) => measureLength(row, unit));
  return {
    kind: "bar-chart",
    title: name,
    value: axes[unit],
    categories: rows.map(({ subject, threads }) => (threads === 1 ? subject : `${subject}, ${threads}`)),
    series: [
      {
        name: axes[unit].name,
        values,
        labels: rows.map((row) => describeRow(row, unit)),
        slots: rows.map(({ subject }) => slots[isOwn(subject) ? "own" : isRoof(subject) ? "roof" : "peer"]),
        ...(unit === "time" ? { intervals: rows.map(computeInterval) } : {}),
      },
    ],
    ...(own.length === 0 ? {} : { longest: longestRatio * Math.max(...own) }),
  };
}

const slots = { own: 0, roof: 3, peer: 1 } as const;

function computeInterval({ milliseconds, spread }: Row): [low: number, high: number] {
  return [Math.max(0, milliseconds! - spread! / 2), milliseconds! + spread! / 2];
}
