import { ArgumentError, OutOfMemoryError } from "@evenkeel/tensor";
import { NotOfferedError } from "./subject.ts";

/** The result of one subject in one case. Figures that a suite does not measure are absent. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  /** `evenkeel`, a peer such as `pytorch-cpu`, or a roof such as `roof-copy`. */
  readonly subject: string;
  readonly backend: string;
  readonly threads: number;
  /** The median of the rounds; null if nothing was timed, with the reason in `error` or `absent`. */
  readonly milliseconds: number | null;
  /** The interquartile range of the rounds, in milliseconds. */
  readonly spread: number | null;
  /** The bytes that the case has to move through memory, or the bytes that the subject needs, depending on the suite. */
  readonly bytes?: number;
  readonly flops?: number;
  /** The images in one repetition of a training step. */
  readonly images?: number;
  readonly gigabytesPerSecond?: number;
  readonly gflops?: number;
  /** The number of timed rounds. */
  readonly rounds?: number;
  /** On a GPU, for one repetition: dispatches, submits, new bind groups, and bytes bound to the dispatches. */
  readonly launches?: number;
  readonly submits?: number;
  readonly bindGroups?: number;
  readonly bytesMoved?: number;
  /** On a GPU with timestamps: the GPU time of the launches by name, longest first. */
  readonly launchTimes?: readonly LaunchSum[];
  /** Why the result was wrong or the subject failed; no time is given. */
  readonly error?: string;
  /**
   * Why there is no measurement: the subject is not installed, does not support this case, or needs more memory than
   * the machine has.
   */
  readonly absent?: string;
}

/** The part of a row that is known before the measurement. */
export type RowStart = Omit<Row, "milliseconds" | "spread">;

/** The row of a subject without a time, with the reason. Insufficient memory on the machine does not count as a failure. */
export function makeUntimedRow(start: RowStart, error: Error): Row {
  const reason = error.message.split("\n").find((line) => line.trim() !== "") ?? error.name;
  const isOfMachine = error instanceof NotOfferedError || error instanceof OutOfMemoryError;
  const kind = isOfMachine ? "absent" : "error";
  return { ...start, milliseconds: null, spread: null, [kind]: reason };
}

/** The launches of one name in one repetition. */
export interface LaunchSum {
  readonly name: string;
  readonly count: number;
  readonly milliseconds: number;
}

/** The machine that ran the bench, without the name of a person, a host or a path. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly system: string;
  readonly gpu?: string;
  /** Whether the GPU is emulated in software, so that its times mean nothing. */
  readonly gpuIsSoftware?: boolean;
}

/** The contents of a `--json` file. */
export interface BenchReport {
  readonly machine: Machine;
  readonly versions: { readonly [name: string]: string };
  /** The date in ISO 8601. */
  readonly date: string;
  readonly rows: readonly Row[];
}

/** Throws ArgumentError unless the value is a report; `where` names it in the message. */
export function checkReport(value: unknown, where: string): BenchReport {
  const { machine, versions, date, rows } = (value ?? {}) as Partial<BenchReport>;
  if (typeof machine?.processor !== "string" || typeof versions !== "object" || !Array.isArray(rows)) {
    throw new ArgumentError(
      `${where}: found no bench report, expected machine, versions, date and rows as \`--json\` writes them`,
    );
  }
  if (typeof date !== "string" || Number.isNaN(Date.parse(date))) {
    throw new ArgumentError(`${where}: date: found ${JSON.stringify(date)}, expected ISO 8601`);
  }
  for (const [index, row] of rows.entries()) checkRow(row, `${where}: rows[${index}]`);
  return value as BenchReport;
}

const texts = ["suite", "case", "subject", "backend"] as const;
const optionalNumbers = [
  "bytes",
  "flops",
  "images",
  "gigabytesPerSecond",
  "gflops",
  "rounds",
  "launches",
  "submits",
  "bindGroups",
  "bytesMoved",
] as (keyof Row)[];

function checkRow(row: Row, where: string): void {
  const wrongText = texts.find((name) => typeof row[name] !== "string" || row[name] === "");
  if (wrongText !== undefined) {
    throw new ArgumentError(
      `${where}: ${wrongText}: found ${JSON.stringify(row[wrongText])}, expected a string`,
    );
  }
  if (!(Number.isInteger(row.threads) && row.threads > 0)) {
    throw new ArgumentError(`${where}: threads: found ${row.threads}, expected a positive integer`);
  }
  const hasReason = row.error !== undefined || row.absent !== undefined;
  for (const name of ["milliseconds", "spread"] as const) {
    const isRight = hasReason ? row[name] === null : isAmount(row[name]);
    if (!isRight) {
      const expected = hasReason ? "null beside error or absent" : "a number";
      throw new ArgumentError(`${where}: ${name}: found ${row[name]}, expected ${expected}`);
    }
  }
  for (const name of optionalNumbers) {
    if (row[name] !== undefined && !isAmount(row[name])) {
      throw new ArgumentError(`${where}: ${name}: found ${row[name]}, expected a number`);
    }
  }
}

const isAmount = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;
