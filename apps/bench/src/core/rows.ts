import { ArgumentError, OutOfMemoryError } from "@evenkeel/tensor";
import { NotOfferedError } from "./subject.ts";

/** One subject in one case. Figures that a suite does not measure are left out. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  /** `evenkeel`, a peer such as `pytorch-cpu`, or a roof such as `roof-copy`. */
  readonly subject: string;
  readonly backend: string;
  readonly threads: number;
  /** The median of the rounds; null where nothing was timed, and `error` or `absent` says why. */
  readonly milliseconds: number | null;
  /** From the first to the third quartile of the rounds, in milliseconds. */
  readonly spread: number | null;
  /** That the case has to move through memory, or that the subject takes: each suite says which. */
  readonly bytes?: number;
  readonly flops?: number;
  /** That one repetition learns from. */
  readonly images?: number;
  readonly gigabytesPerSecond?: number;
  readonly gflops?: number;
  /** How often it was timed. */
  readonly rounds?: number;
  /** On a GPU, for one repetition: dispatches, submits, bind groups that were made, and bytes bound to the dispatches. */
  readonly launches?: number;
  readonly submits?: number;
  readonly bindGroups?: number;
  readonly bytesMoved?: number;
  /** On a GPU with timestamps: what its launches take, by name, the longest first. */
  readonly launchTimes?: readonly LaunchSum[];
  /** The result was wrong or the subject failed: no time is given. */
  readonly error?: string;
  /** The subject is not installed, or does not offer this case, or the machine has no room for it. */
  readonly absent?: string;
}

/** What is known of a row before anything was timed. */
export type RowStart = Omit<Row, "milliseconds" | "spread">;

/** The row of a subject that has no time, and why: a machine without room for it is no failure. */
export function untimedRow(start: RowStart, error: Error): Row {
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

/** Where it ran: nothing that names a person, a host or a path. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly system: string;
  readonly gpu?: string;
  /** A GPU in software: its times mean nothing. */
  readonly gpuIsSoftware?: boolean;
}

/** What `--json` writes. */
export interface BenchReport {
  readonly machine: Machine;
  readonly versions: { readonly [name: string]: string };
  /** In ISO 8601. */
  readonly date: string;
  readonly rows: readonly Row[];
}

/** Throws ArgumentError unless the value is a report; `where` names it. */
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
  ...["bytes", "flops", "images", "gigabytesPerSecond", "gflops", "rounds"],
  ...["launches", "submits", "bindGroups", "bytesMoved"],
] as (keyof Row)[];

function checkRow(row: Row, where: string): void {
  const wrongText = texts.find((name) => typeof row[name] !== "string" || row[name] === "");
  if (wrongText !== undefined) {
    throw new ArgumentError(`${where}: ${wrongText}: found ${JSON.stringify(row[wrongText])}, expected text`);
  }
  if (!(Number.isInteger(row.threads) && row.threads > 0)) {
    throw new ArgumentError(`${where}: threads: found ${row.threads}, expected a positive whole number`);
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
