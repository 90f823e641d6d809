import type { BenchReport, LaunchSum, Machine, Row } from "../core/rows.ts";

/** The rows of one case. */
export interface CaseRows {
  readonly suite: string;
  readonly name: string;
  /** The unit of the comparison: bytes in `memory` and `size`, counts on a software GPU, otherwise time. */
  readonly unit: "time" | "bytes" | "counts";
  readonly rows: readonly Row[];
}

/** The rows of each case in the order of the run, fewest threads first, Evenkeel before its roofs and peers. */
export function groupCases({ rows, machine }: BenchReport): CaseRows[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.suite, row.case]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const rank = ({ subject }: Row): number => (isOwn(subject) ? 0 : isRoof(subject) ? 1 : 2);
  return [...groups.values()].map((group) => {
    const unit = chooseUnit(group[0]!, machine);
    return {
      suite: group[0]!.suite,
      name: group[0]!.case,
      unit,
      rows: group
        .filter(
          ({ milliseconds, subject }) => milliseconds !== null && !(unit === "counts" && isRoof(subject)),
        )
        .sort((a, b) => a.threads - b.threads || rank(a) - rank(b)),
    };
  });
}

function chooseUnit({ suite, backend }: Row, { gpuIsSoftware }: Machine): CaseRows["unit"] {
  if (suite === "memory" || suite === "size") return "bytes";
  return backend === "webgpu" && gpuIsSoftware && suite !== "load" ? "counts" : "time";
}

export const isOwn = (subject: string): boolean => subject.startsWith("evenkeel");
export const isRoof = (subject: string): boolean => subject.startsWith("roof-");

/** Evenkeel's row of the same case and number of threads. */
const findOwnBeside = (row: Row, rows: readonly Row[]): Row | undefined =>
  rows.find(({ subject, threads }) => subject === "evenkeel" && threads === row.threads);

/**
 * Evenkeel compared with the subject of this row: a multiple of its speed or size, or a percentage of a roof.
 * Undefined for Evenkeel's own row.
 */
export function describeComparison(row: Row, { unit, rows }: CaseRows): string | undefined {
  const own = findOwnBeside(row, rows);
  if (own === undefined || row === own) return undefined;
  if (isRoof(row.subject)) {
    const share = computeRate(own) / computeRate(row);
    return Number.isFinite(share) ? `${formatPercent(share)} of it` : undefined;
  }
  if (unit === "bytes") return `${formatRatio(own.bytes! / row.bytes!)} its bytes`;
  if (unit === "counts") {
    return `${formatRatio(own.launches! / row.launches!)} its launches, ${formatRatio(own.bytesMoved! / row.bytesMoved!)} its bytes`;
  }
  return `${formatRatio(row.milliseconds! / own.milliseconds!)} its speed`;
}

/** The share of a roof: by bytes if they were counted, otherwise by operations. */
const computeRate = (row: Row): number => row.gigabytesPerSecond ?? row.gflops ?? Number.NaN;

/** The total GPU time of a run's launches. */
export const sumGpuMilliseconds = (launches: readonly LaunchSum[]): number =>
  launches.reduce((sum, { milliseconds }) => sum + milliseconds, 0);

/** Median and spread; empty if times mean nothing. */
export const describeTimes = (row: Row, { unit }: CaseRows): [median: string, spread: string] =>
  unit === "counts" ? ["", ""] : [formatMilliseconds(row.milliseconds!), formatMilliseconds(row.spread!)];

/** The figures of a row other than its time. */
export function describeAmount(row: Row, { unit }: CaseRows): string {
  const { suite, bytes, images, gigabytesPerSecond, gflops, launches, submits, bytesMoved } = row;
  const rates = [
    gigabytesPerSecond === undefined ? undefined : `${formatDigits(gigabytesPerSecond)} GB/s`,
    gflops === undefined ? undefined : `${formatDigits(gflops)} GFLOP/s`,
    images === undefined ? undefined : `${formatDigits((1000 * images) / row.milliseconds!)} images/s`,
  ];
  const parts = [
    ...(unit === "time" ? rates : []),
    unit === "bytes" ? `${formatBytes(bytes!)}${suite === "size" ? " gzipped" : ""}` : undefined,
    launches === undefined
      ? undefined
      : [
          `launches ${launches}`,
          `submits ${submits}`,
          ...(row.bindGroups === undefined ? [] : [`new bind groups ${row.bindGroups}`]),
          `bound ${formatBytes(bytesMoved!)}`,
        ].join(", "),
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

/** The reasons why subjects have no time, without duplicates. */
export function describeGaps({ rows }: BenchReport, kind: "error" | "absent"): string[] {
  const places = new Map<string, string[]>();
  for (const row of rows) {
    const reason = row[kind];
    if (reason === undefined) continue;
    const key = `${row.subject}, ${describeThreads(row.threads)}: ${reason}`;
    places.set(key, [...(places.get(key) ?? []), `${row.suite} ${row.case}`]);
  }
  return [...places].map(([reason, cases]) =>
    cases.length > 2 ? `${reason} (${cases.length} cases)` : `${reason} (${cases.join("; ")})`,
  );
}

export const describeThreads = (threads: number): string =>
  `${threads} ${threads === 1 ? "thread" : "threads"}`;

/** The number rounded to three significant digits. */
export const formatDigits = (value: number): string => {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value === 0 ? "0" : String(Number(value.toPrecision(3)));
};

export const formatMilliseconds = (value: number): string => `${formatDigits(value)} ms`;
export const formatPercent = (share: number): string => `${formatDigits(100 * share)} %`;
export const formatRatio = (ratio: number): string => `${formatDigits(ratio)}x`;
export const formatBytes = (bytes: number): string =>
  bytes < 1e6 ? `${formatDigits(bytes / 1e3)} kB` : `${formatDigits(bytes / 1e6)} MB`;

/** Machine, versions and date in three lines. */
export function describeSetting({ machine, versions, date }: BenchReport): string[] {
  const { processor, cores, memoryGibibytes, system, gpu, gpuIsSoftware } = machine;
  return [
    [
      `${processor}, ${cores} ${cores === 1 ? "core" : "cores"}, ${memoryGibibytes} GiB, ${system}`,
      gpu === undefined ? "" : `; ${gpu}${gpuIsSoftware ? ", in software: its times mean nothing" : ""}`,
    ].join(""),
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    date.slice(0, 10),
  ];
}
