import type { FigureRecord } from "./figures.ts";
import { computeStudentInterval } from "./student-interval.ts";

/** A record and the name of its file, without the ending. */
export interface NamedFigure {
  readonly file: string;
  readonly record: FigureRecord;
}

/** The figures of one network on one data set, of all seeds. */
interface Series {
  readonly name: string;
  readonly normalization: string;
  readonly records: readonly FigureRecord[];
}

/** The records of one task as Markdown: a table of the figures, the gains of batch norm, and the commands. */
export function writeFigureTable(figures: readonly NamedFigure[]): string {
  const series = groupFigures(figures);
  if (series.length === 0) return "No full run has been recorded yet.\n";
  const rows = series.map(writeRow);
  const head = [
    "| data | network | metric | seeds | Evenkeel | PyTorch, same recipe | published | minutes |",
    "| --- | --- | --- | --: | --: | --: | --- | --: |",
  ];
  const gains = listGains(series);
  return [
    ...head,
    ...rows,
    "",
    ...(gains.length === 0 ? [] : [...gains, ""]),
    ...listOrigins(series),
    "",
  ].join("\n");
}

function groupFigures(figures: readonly NamedFigure[]): Series[] {
  const groups = new Map<string, FigureRecord[]>();
  for (const { file, record } of figures) {
    const name = file.replace(`-${record.seed}`, "");
    groups.set(name, [...(groups.get(name) ?? []), record]);
  }
  return [...groups]
    .map(([file, records]) => {
      const { normalization } = records[0]!;
      const sorted = records.toSorted((one, other) => one.seed - other.seed);
      return { name: file.replace(new RegExp(`-${normalization}$`), ""), normalization, records: sorted };
    })
    .sort((one, other) => compare(one.name, other.name) || compare(one.normalization, other.normalization));
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const computeMean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Shares as percentages; scores of another scale as they are. */
const format = (value: number): string =>
  Math.abs(value) <= 1 ? `${(100 * value).toFixed(2)} %` : value.toFixed(2);

function writeRow({ name, normalization, records }: Series): string {
  const { dataset, metric, literature } = records[0]!;
  const references = records.map(({ reference }) => reference).filter((value) => value !== null);
  const network = name.replace(dataset, "").replace(/^-/, "");
  return `| ${[
    dataset,
    `${network === "" ? "" : `${network}, `}norm: ${normalization}`,
    metric,
    records.map(({ seed }) => seed).join(", "),
    writeValue(records),
    references.length === 0 ? "not run" : format(computeMean(references)),
    literature.replaceAll("|", "\\|"),
    computeMean(records.map(({ minutes }) => minutes)).toFixed(1),
  ].join(" | ")} |`;
}

/** The mean over seeds with the smallest and the largest, or the value with its interval over the test set. */
function writeValue(records: readonly FigureRecord[]): string {
  const values = records.map(({ value }) => value);
  const mean = format(computeMean(values));
  if (values.length > 1) return `${mean} (${format(Math.min(...values))} to ${format(Math.max(...values))})`;
  const [interval] = records.map((record) => record.interval);
  return interval === undefined ? mean : `${mean} (${format(interval[0])} to ${format(interval[1])})`;
}

/** What batch norm gains over another norm, or none, where both were trained with the same seeds. */
function listGains(series: readonly Series[]): string[] {
  return series.flatMap((other) => {
    const batch = series.find(({ name, normalization }) => name === other.name && normalization === "batch");
    if (batch === undefined || other === batch) return [];
    const differences = batch.records.flatMap(({ seed, value }) => {
      const twin = other.records.find((record) => record.seed === seed);
      return twin === undefined ? [] : [value - twin.value];
    });
    if (differences.length === 0) return [];
    const against = other.normalization === "none" ? "no norm" : other.normalization;
    return [
      `- ${other.name}: batch norm against ${against}: ${writeDifference(differences)}, ${batch.records[0]!.metric}.`,
    ];
  });
}

function writeDifference(differences: readonly number[]): string {
  const mean = computeMean(differences);
  const isShare = Math.max(...differences.map(Math.abs)) <= 1;
  const [scale, unit] = isShare ? [100, " points"] : [1, ""];
  const sign = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(scale * value).toFixed(2)}`;
  const count = differences.length;
  if (count === 1) return `${sign(mean)}${unit} (one seed)`;
  const [low, high] = computeStudentInterval(differences);
  return `${sign(mean)}${unit} (95 % interval by Student's t over ${count} seeds: ${sign(low)} to ${sign(high)})`;
}

function listOrigins(series: readonly Series[]): string[] {
  const records = series.flatMap((one) => one.records);
  const machines = [...new Set(records.map(({ machine }) => machine))].join("; ");
  const dates = records.map(({ date }) => date).sort();
  const days = dates[0] === dates.at(-1) ? dates[0]! : `${dates[0]} to ${dates.at(-1)}`;
  const commands = [...new Set(records.map(({ command }) => command))];
  return [`Machine: ${machines}. Date: ${days}. Commands:`, "", "```sh", ...commands, "```"];
}
