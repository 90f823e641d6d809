import { describeDisagreement } from "../core/agreement.ts";
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
import { makeUntimedRow, type Row, type RowStart } from "../core/rows.ts";
import { NotOfferedError, type Program, type Subject } from "../core/subject.ts";
import { hasModel, type Inputs, type Results } from "../core/task.ts";
import { readModelInputs } from "../evenkeel/model-inputs.ts";
import { makeRoofProgram } from "../roofs/roofs.ts";
import { measureGpuFigures } from "./gpu-figures.ts";
import type { OwnSubject, Session } from "./session.ts";

/** A subject to be timed, with the known part of its row. */
interface Contestant {
  readonly row: RowStart;
  readonly program: Program;
}

/** The subjects to be timed, and the rows that are already complete. */
interface LineUp {
  readonly contestants: Contestant[];
  readonly rows: Row[];
}

/**
 * Prepares all subjects, compares their results with Evenkeel's, times those that agree, and cleans up. The row of a
 * subject reports its failure.
 */
export async function runCase(benchCase: BenchCase, session: Session): Promise<Row[]> {
  let inputs: Inputs;
  try {
    inputs = await makeInputs(benchCase, session);
  } catch (error) {
    return session.own.map(({ subject }) => makeUntimedRow(startRow(benchCase, subject), error as Error));
  }
  const lineUp: LineUp = { contestants: [], rows: [] };
  const { contestants, rows } = lineUp;
  try {
    const expected = await addSubjects(lineUp, benchCase, inputs, session);
    for (const own of session.own) {
      await addVariant(lineUp, benchCase, inputs, own, expected);
      await addRoofs(lineUp, benchCase, own);
    }
    const timings = await measure(
      contestants.map(({ program }) => program),
      chooseEffort(benchCase, session),
    );
    for (const [index, { row, program }] of contestants.entries()) {
      rows.push(await makeRow({ row, program }, timings[index]!, session));
    }
  } finally {
    for (const { program } of contestants) await disposeQuietly(program);
  }
  return rows;
}

async function makeRow({ row, program }: Contestant, timing: Timing | Error, session: Session): Promise<Row> {
  if (timing instanceof Error) return makeUntimedRow(row, timing);
  try {
    return makeTimedRow({ ...row, ...(await measureGpuFigures(row, program, session)) }, timing);
  } catch (error) {
    return makeUntimedRow(row, error as Error);
  }
}

/** The cleanup of a failed program may fail again; its row has already reported the failure. */
async function disposeQuietly(program: Program | undefined): Promise<void> {
  try {
    await program?.dispose();
  } catch {
    // The row has reported it.
  }
}

function chooseEffort({ effort }: BenchCase, { options, gpuIsSoftware }: Session): Effort {
  if (gpuIsSoftware) return countingEffort;
  return options.quick ? quickEffort : { ...fullEffort, ...effort };
}

async function makeInputs({ task }: BenchCase, { own }: Session): Promise<Inputs> {
  const drawn = drawInputs(task);
  return hasModel(task) ? { ...drawn, ...(await readModelInputs(task, own[0]!.backend)) } : drawn;
}

const startRow = (
  { suite, name, bytes, flops, images }: BenchCase,
  subject: Pick<Subject, "name" | "backend" | "threads">,
): RowStart => ({
  suite,
  case: name,
  subject: subject.name,
  backend: subject.backend,
  threads: subject.threads,
  bytes,
  flops,
  images,
});

/** Evenkeel and its peers, including absent ones. Returns Evenkeel's results, if it has any. */
async function addSubjects(
  lineUp: LineUp,
  benchCase: BenchCase,
  inputs: Inputs,
  { own, narrow, peers, absent, options }: Session,
): Promise<Results | undefined> {
  let expected: Results | undefined;
  const ownSubjects = [...own, ...(benchCase.comparesVectors ? narrow : [])].map(({ subject }) => subject);
  for (const subject of [...ownSubjects, ...peers]) {
    const row = startRow(benchCase, subject);
    const results = await addChecked(lineUp, row, () => prepareChecked(subject, benchCase, inputs, expected));
    expected ??= results;
  }
  for (const { name, threads, reason } of absent) {
    lineUp.rows.push(
      makeUntimedRow(startRow(benchCase, { name, threads, backend: options.backend }), reason),
    );
  }
  return expected;
}

/** Returns the results of a subject that takes part. */
async function addChecked(
  { contestants, rows }: LineUp,
  row: RowStart,
  prepare: () => Promise<CheckedProgram | Error>,
): Promise<Results | undefined> {
  const checked = await prepare();
  if (checked instanceof Error) {
    rows.push(makeUntimedRow(row, checked));
    return undefined;
  }
  contestants.push({ row, program: checked.program });
  return checked.results;
}

/** The row of something else on Evenkeel's own device, to which the work of the case does not apply. */
const startReference = (benchCase: BenchCase, { subject }: OwnSubject): RowStart => ({
  ...startRow(benchCase, subject),
  bytes: undefined,
  flops: undefined,
});

async function addVariant(
  lineUp: LineUp,
  benchCase: BenchCase,
  inputs: Inputs,
  own: OwnSubject,
  expected: Results | undefined,
): Promise<void> {
  const { beside } = benchCase;
  if (beside === undefined) return;
  const { name, task, isEquivalent } = beside;
  const row = { ...startReference(benchCase, own), subject: name };
  if (isEquivalent) {
    const variant = { ...own.subject, name };
    await addChecked(lineUp, row, () => prepareChecked(variant, { ...benchCase, task }, inputs, expected));
  } else {
    await addUnchecked(lineUp, row, own, () => own.subject.prepare(task, inputs));
  }
}

async function addRoofs(lineUp: LineUp, benchCase: BenchCase, own: OwnSubject): Promise<void> {
  for (const roof of benchCase.roofs) {
    const amount = "flops" in roof ? { flops: roof.flops } : { bytes: makeTraffic(roof) };
    const row = { ...startReference(benchCase, own), ...amount, subject: roof.name };
    await addUnchecked(lineUp, row, own, () => makeRoofProgram(roof, own.backend));
  }
}

/** What has no results of the case. */
async function addUnchecked(
  { contestants, rows }: LineUp,
  row: RowStart,
  { backend }: OwnSubject,
  prepare: () => Program | Promise<Program>,
): Promise<void> {
  let program: Program | undefined;
  try {
    program = await prepare();
    // A device reports insufficient memory only here.
    await backend.idle();
    contestants.push({ row, program });
  } catch (error) {
    await disposeQuietly(program);
    rows.push(makeUntimedRow(row, error as Error));
  }
}

/** A copy reads and writes. */
const makeTraffic = ({ name, bytes }: { readonly name: string; readonly bytes: number }): number =>
  name === "roof-copy" ? 2 * bytes : bytes;

interface CheckedProgram {
  readonly program: Program;
  readonly results: Results;
}

/** The first subject is Evenkeel, whose results the others are compared with; without these results nothing is timed. */
async function prepareChecked(
  subject: Subject,
  { task, tolerance }: BenchCase,
  inputs: Inputs,
  expected: Results | undefined,
): Promise<CheckedProgram | Error> {
  if (expected === undefined && subject.name !== "evenkeel") {
    return new NotOfferedError("Evenkeel has no result to compare with");
  }
  let program: Program | undefined;
  try {
    program = await subject.prepare(task, inputs);
    const results = await program.results!();
    const reason = expected === undefined ? undefined : describeDisagreement(results, expected, tolerance);
    if (reason === undefined) return { program, results };
    await program.dispose();
    return new Error(`disagrees with Evenkeel: ${reason}`);
  } catch (error) {
    await disposeQuietly(program);
    return error as Error;
  }
}

function makeTimedRow(row: RowStart, timing: Timing): Row {
  const { bytes, flops } = row;
  const perMillisecond = (amount: number): number => amount / timing.milliseconds / 1e6;
  return {
    ...row,
    ...timing,
    ...(bytes !== undefined && { gigabytesPerSecond: perMillisecond(bytes) }),
    ...(flops !== undefined && { gflops: perMillisecond(flops) }),
  };
}
