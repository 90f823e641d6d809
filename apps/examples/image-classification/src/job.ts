import { readFileSync } from "node:fs";
import { Interruption, withInterruption } from "@evenkeel/nn/node";
import {
  ArgumentError,
  type Backend,
  type BackendFactory,
  EvenkeelError,
  selectBackend,
} from "@evenkeel/tensor";
import { type Command, help, parseCommand } from "./command-line.ts";
import { type Data, loadData } from "./data.ts";
import type { Normalization, Options } from "./options.ts";
import { report } from "./report/report.ts";
import { claimFolder } from "./run/folder.ts";
import { pointLatestTo } from "./run/latest.ts";
import {
  beginRun,
  checkFolder,
  findArmFolder,
  nameArm,
  type Run,
  readRun,
  writeResults,
} from "./run/run-files.ts";
import { makeRunName, type RunRecord } from "./run/run-record.ts";
import { type RunResult, summarize, writeResultTable } from "./run-result.ts";
import { runArm } from "./training/arm.ts";
import type { ArmResult } from "./training/arm-result.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** The arguments of the job. */
export interface Surroundings {
  /** The devices for these options, in order of preference. */
  backends(options: Options): readonly BackendFactory[];
  say(line: string): void;
}

/** Runs the whole job; returns the exit code. */
export async function runJob(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const command = parseCommand(args);
  if (command === undefined) {
    surroundings.say(help);
    return 0;
  }
  return withInterruption(async (signal) => {
    const folder = await claimFolder(command);
    let code: number;
    try {
      code = await runIn(folder.path, command, { ...surroundings, signal });
    } catch (error) {
      // Only the first error is reported, not a later failure to release the folder.
      await folder.release().catch(() => undefined);
      throw error;
    }
    await folder.release();
    return code;
  });
}

interface Setting extends Surroundings {
  readonly signal: AbortSignal;
}

/** Checks everything that can be checked in advance before it changes anything in the folder. */
async function runIn(folder: string, command: Command, setting: Setting): Promise<number> {
  const { say, signal, backends } = setting;
  let run = command.resume ? await readRun(folder, command) : undefined;
  if (run === undefined) await checkFolder(folder);
  const options = run?.record.options ?? command.options;
  const backend = await openBackend(options, run?.record.backend, backends(options));
  try {
    say(`Backend: ${backend.name}, ${backend.device}`);
    if (backend.isEmulated) {
      say("This GPU is emulated in software: `--backend cpu` is many times faster.");
    }
    const data = await loadData(options, { say, signal, startedWith: run?.record.data });
    checkBatchSize(options, data);
    signal.throwIfAborted();
    run ??= await beginRun(folder, makeRecord(options, data, backend));
    const arms = await runArms(folder, run, data, setting);
    const result = makeResult(run.record, data, backend, arms);
    const path = await writeResults(folder, { summary: summarize(result), report: report(result, data) });
    await backend.close();
    say(`\n${writeResultTable(result)}\n\nReport: ${path}`);
    return 0;
  } catch (error) {
    // Only the first error is reported, not a later failure to close the device.
    await backend.close().catch(() => undefined);
    const canGoOn = run !== undefined && error instanceof EvenkeelError && !(error instanceof ArgumentError);
    if (!(error instanceof Interruption || canGoOn)) throw error;
    say(`\n${error.message}`);
    say(
      run === undefined
        ? "The training had not begun, and nothing was kept."
        : `Go on from the last checkpoint with: npm start -- --resume --out ${folder}`,
    );
    return error instanceof Interruption ? error.exitCode : 1;
  }
}

async function runArms(
  folder: string,
  { record, arms: saved }: Run,
  data: Data,
  { say, signal }: Setting,
): Promise<ArmResult[]> {
  const { options } = record;
  let pointed: Promise<void> | undefined;
  // Until this point a run that fails leaves `latest` on the previous run.
  const pointLatestOnce = (): Promise<void> => {
    pointed ??= pointLatest(folder, say);
    return pointed;
  };
  const arms: ArmResult[] = [];
  for (const normalization of listNormalizations(options)) {
    arms.push(
      await runArm({
        normalization,
        data,
        options,
        run: nameArm(record, normalization),
        folder: findArmFolder(folder, normalization),
        saved: saved[normalization],
        signal,
        onStep: pointLatestOnce,
      }),
    );
  }
  await pointLatestOnce();
  return arms;
}

async function pointLatest(folder: string, say: (line: string) => void): Promise<void> {
  if (!(await pointLatestTo(folder)))
    say("`latest` beside the run's folder is not a link to a run, and stays as it is.");
}

function makeRecord(options: Options, { name, insteadOf }: Data, backend: Backend): RunRecord {
  return { run: makeRunName(), options, data: { name, insteadOf }, backend: backend.name };
}

function makeResult(record: RunRecord, data: Data, backend: Backend, arms: readonly ArmResult[]): RunResult {
  const { model, seed, batchSize, learningRate } = record.options;
  const { name, device } = backend;
  const trainImages = data.train.labels.length;
  const setting = { model, seed, batchSize, learningRate, trainImages, data: record.data };
  const made = { date: new Date().toISOString().slice(0, 16).replace("T", " "), version };
  return { ...made, ...setting, backend: name, device, threads: backend.threads ?? 1, arms };
}

function checkBatchSize({ batchSize }: Options, { train }: Data): void {
  const images = train.labels.length;
  if (batchSize > images) {
    throw new ArgumentError(
      `--batch-size: found ${batchSize}, expected at most the ${images} training images`,
    );
  }
}

function listNormalizations({ normalization }: Options): readonly Normalization[] {
  return normalization === "both" ? ["batch", "none"] : [normalization];
}

/** A backend that is requested by name must open, and a resumed run stays on its backend. */
function openBackend(
  { backend }: Options,
  startedOn: string | undefined,
  factories: readonly BackendFactory[],
): Promise<Backend> {
  return selectBackend(factories, { prefer: startedOn ?? (backend === "auto" ? undefined : backend) });
}
