import { disagreement } from "../core/agreement.ts";
import type { BenchCase } from "../core/bench-case.ts";
import { drawInputs } from "../core/inputs.ts";
import {
  countingEffort,
  type Effort,
  fullEffort,
  measure,
  quickEffort,
  type Timing,
} from "../core/measure.ts";
import type { Row } from "../core/rows.ts";
import { NotOfferedError, type Program, type Subject } from "../core/subject.ts";
import type { Inputs, Results } from "../core/task.ts";
import { modelInputs } from "../evenkeel/training-step.ts";
import { gpuFigures } from "../gpu/gpu-figures.ts";
import { roofProgram } from "../roofs/roofs.ts";
import type { Session } from "./session.ts";

/** One that is to be timed, and the part of its row that is known. */
interface Contestant {
  readonly row: RowStart;
  readonly program: Program;
}

type RowStart = Omit<Row, "milliseconds" | "spread">;

/** Prepares everybody, compares all results with Evenkeel's, times those that agree, and cleans up. */
export async function runCase(benchCase: BenchCase, session: Session): Promise<Row[]> {
  const rows: Row[] = [];
  const contestants: Contestant[] = [];
  try {
    await gather(benchCase, session, contestants, rows);
    const timings = await measure(
      contestants.map(({ program }) => program),
      effortOf(session),
    );
    for (const [index, { row, program }] of contestants.entries()) {
      const timing = timings[index]!;
      if (timing instanceof Error) rows.push(untimed(row, timing));
      else rows.push(timedRow({ ...row, ...(await gpuFigures(row, program, session)) }, timing));
    }
  } finally {
    for (const { program } of contestants) await program.dispose();
  }
  return rows;
}

function effortOf({ options, gpuIsSoftware }: Session): Effort {
  if (gpuIsSoftware) return countingEffort;
  return options.quick ? quickEffort : fullEffort;
}

async function gather(
  benchCase: BenchCase,
  { own, peers, absent }: Session,
  contestants: Contestant[],
  rows: Row[],
): Promise<void> {
  const { task, bytes, flops } = benchCase;
  const startOf = ({ name, backend, threads }: Subject): RowStart => ({
    ...{ suite: benchCase.suite, case: benchCase.name, subject: name, backend, threads, bytes, flops },
  });
  const { backend } = own[0]!;
  const weights = task.kind === "training-step" ? await modelInputs(task, backend) : {};
  const inputs: Inputs = { ...drawInputs(task), ...weights };
  let expected: Results | undefined;
  for (const subject of [...own.map(({ subject }) => subject), ...peers]) {
    const row = startOf(subject);
    const checked = await prepareChecked(subject, benchCase, inputs, expected);
    if (checked instanceof Error) {
      rows.push(untimed(row, checked));
      continue;
    }
    expected ??= checked.results;
    contestants.push({ row, program: checked.program });
  }
  for (const { name, threads, reason } of absent) {
    const missing = { name, threads, backend: backend.name } as Subject;
    rows.push(untimed(startOf(missing), new NotOfferedError(reason)));
  }
  for (const { backend, subject } of own) {
    if (benchCase.plain !== undefined) {
      const program = await subject.prepare(benchCase.plain, inputs);
      contestants.push({
        row: { ...startOf(subject), subject: "evenkeel-plain", bytes: undefined },
        program,
      });
    }
    for (const roof of benchCase.roofs) {
      const amounts = "flops" in roof ? { flops: roof.flops } : { bytes: trafficOf(roof) };
      const row = { ...startOf(subject), subject: roof.name, bytes: undefined, flops: undefined, ...amounts };
      try {
        contestants.push({ row, program: roofProgram(roof, backend) });
      } catch (error) {
        rows.push(untimed(row, error as Error));
      }
    }
  }
}

/** A copy reads and writes. */
const trafficOf = ({ name, bytes }: { readonly name: string; readonly bytes: number }): number =>
  name === "roof-copy" ? 2 * bytes : bytes;

/** The first subject is Evenkeel, whose results the others are compared with; without them nobody is timed. */
async function prepareChecked(
  subject: Subject,
  { task, tolerance }: BenchCase,
  inputs: Inputs,
  expected: Results | undefined,
): Promise<{ readonly program: Program; readonly results: Results } | Error> {
  if (expected === undefined && subject.name !== "evenkeel") {
    return new Error("there is no result of Evenkeel's to compare with");
  }
  let program: Program | undefined;
  try {
    program = await subject.prepare(task, inputs);
    const results = await program.results!();
    const reason = expected === undefined ? undefined : disagreement(results, expected, tolerance);
    if (reason === undefined) return { program, results };
    await program.dispose();
    return new Error(`disagrees with Evenkeel: ${reason}`);
  } catch (error) {
    await program?.dispose();
    return error as Error;
  }
}

const untimed = (row: RowStart, error: Error): Row => ({
  ...row,
  milliseconds: null,
  spread: null,
  [error instanceof NotOfferedError ? "absent" : "error"]: firstLine(error),
});

const firstLine = ({ name, message }: Error): string =>
  message.split("\n").find((line) => line.trim() !== "") ?? name;

function timedRow(row: RowStart, timing: Timing): Row {
  const { bytes, flops } = row;
  const perMillisecond = (amount: number): number => amount / timing.milliseconds / 1e6;
  return {
    ...row,
    ...timing,
    ...(bytes !== undefined && { gigabytesPerSecond: perMillisecond(bytes) }),
    ...(flops !== undefined && { gflops: perMillisecond(flops) }),
  };
}
