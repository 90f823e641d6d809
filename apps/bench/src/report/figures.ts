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
export function casesOf({ rows, machine }: BenchReport): CaseRows[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.suite, row.case]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const rank = ({ subject }: Row): number => (isOwn(subject) ? 0 : isRoof(subject) ? 1 : 2);
  return [...groups.values()].map((group) => {
    const unit = unitOf(group[0]!, machine);
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

function unitOf({ suite, backend }: Row, { gpuIsSoftware }: Machine): CaseRows["unit"] {
  if (suite === "memory" || suite === "size") return "bytes";
  return backend === "webgpu" && gpuIsSoftware && suite !== "load" ? "counts" : "time";
}

export const isOwn = (subject: string): boolean => subject.startsWith("evenkeel");
export const isRoof = (subject: string): boolean => subject.startsWith("roof-");

/** Evenkeel's row of the same case and number of threads. */
const ownBeside = (row: Row, rows: readonly Row[]): Row | undefined =>
  rows.find(({ subject, threads }) => subject === "evenkeel" && threads === row.threads);

/**
 * Evenkeel compared with the subject of this row: a multiple of its speed or size, or a percentage of a roof.
 * Undefined for Evenkeel's own row.
 */
export function comparison(row: Row, { unit, rows }: CaseRows): string | undefined {
  const own = ownBeside(row, rows);
  if (own === undefined || row === own) return undefined;
  if (isRoof(row.subject)) {
    const share = rateOf(own) / rateOf(row);
    return Number.isFinite(share) ? `${percent(share)} of it` : undefined;
  }
  if (unit === "bytes") return `${times(own.bytes! / row.bytes!)} its bytes`;
  if (unit === "counts") {
    return `${times(own.launches! / row.launches!)} its launches, ${times(own.bytesMoved! / row.bytesMoved!)} its bytes`;
  }
  return `${times(row.milliseconds! / own.milliseconds!)} its speed`;
}

/** The share of a roof: by bytes if they were counted, otherwise by operations. */
const rateOf = (row: Row): number => row.gigabytesPerSecond ?? row.gflops ?? Number.NaN;

/** The total GPU time of a run's launches. */
export const gpuMilliseconds = (launches: readonly LaunchSum[]): number =>
  launches.reduce((sum, { milliseconds }) => sum + milliseconds, 0);

/** Median and spread; empty if times mean nothing. */
export const timesOf = (row: Row, { unit }: CaseRows): [median: string, spread: string] =>
  unit === "counts" ? ["", ""] : [milliseconds(row.milliseconds!), milliseconds(row.spread!)];

/** The figures of a row other than its time. */
export function amountOf(row: Row, { unit }: CaseRows): string {
  const { suite, bytes, images, gigabytesPerSecond, gflops, launches, submits, bytesMoved } = row;
  const rates = [
    gigabytesPerSecond === undefined ? undefined : `${digits(gigabytesPerSecond)} GB/s`,
    gflops === undefined ? undefined : `${digits(gflops)} GFLOP/s`,
    images === undefined ? undefined : `${digits((1000 * images) / row.milliseconds!)} images/s`,
  ];
  const parts = [
    ...(unit === "time" ? rates : []),
    unit === "bytes" ? `${byteText(bytes!)}${suite === "size" ? " gzipped" : ""}` : undefined,
    launches === undefined
      ? undefined
      : [
          `launches ${launches}`,
          `submits ${submits}`,
          ...(row.bindGroups === undefined ? [] : [`new bind groups ${row.bindGroups}`]),
          `bound ${byteText(bytesMoved!)}`,
        ].join(", "),
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

/** The reasons why subjects have no time, without duplicates. */
export function gaps({ rows }: BenchReport, kind: "error" | "absent"): string[] {
  const places = new Map<string, string[]>();
  for (const row of rows) {
    const reason = row[kind];
    if (reason === undefined) continue;
    const key = `${row.subject}, ${threadsText(row.threads)}: ${reason}`;
    places.set(key, [...(places.get(key) ?? []), `${row.suite} ${row.case}`]);
  }
  return [...places].map(([reason, cases]) =>
    cases.length > 2 ? `${reason} (${cases.length} cases)` : `${reason} (${cases.join("; ")})`,
  );
}

export const threadsText = (threads: number): string => `${threads} ${threads === 1 ? "thread" : "threads"}`;

/** The number rounded to three significant digits. */
export const digits = (value: number): string => {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value === 0 ? "0" : String(Number(value.toPrecision(3)));
};

export const milliseconds = (value: number): string => `${digits(value)} ms`;
export const percent = (share: number): string => `${digits(100 * share)} %`;
export const times = (ratio: number): string => `${digits(ratio)}x`;
export const byteText = (bytes: number): string =>
  bytes < 1e6 ? `${digits(bytes / 1e3)} kB` : `${digits(bytes / 1e6)} MB`;

/** Machine, versions and date in three lines. */
export function settingOf({ machine, versions, date }: BenchReport): string[] {
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
