import { Interruption, withInterruption } from "@evenkeel/nn/node";
import { ArgumentError, type Backend, EvenkeelError } from "@evenkeel/tensor";
import { runArm } from "./arms/arm.ts";
import type { Command } from "./command-line.ts";
import { writeFigures } from "./figures.ts";
import { openBackend, type Surroundings } from "./open-backend.ts";
import { listChosenArms } from "./run/chosen-arms.ts";
import { claimFolder, withFolder } from "./run/folder.ts";
import { pointLatestTo } from "./run/latest.ts";
import {
  beginRun,
  checkFolder,
  findArmFolder,
  nameArm,
  type Run,
  readRun,
  saveDescription,
  writeResults,
} from "./run/run-files.ts";
import { makeRunName } from "./run/run-record.ts";
import { type CommonOptions, findLearningRate } from "./settings.ts";
import type { AnyTask, ArmResult, RunResult, Session, TaskData } from "./task.ts";
import { version } from "./version.ts";

interface Setting extends Surroundings, Session {}

/** Trains the networks of a task and writes the report; returns the exit code. */
export function train(task: AnyTask, command: Command, surroundings: Surroundings): Promise<number> {
  const run = (): Promise<number> => trainInFolder(task, command, surroundings);
  return command.record === undefined ? run() : withFolder("--record", command.record, run);
}

function trainInFolder(task: AnyTask, command: Command, surroundings: Surroundings): Promise<number> {
  return withInterruption(async (signal) => {
    const folder = await claimFolder(task, command);
    let code: number;
    try {
      code = await trainIn(task, folder.path, command, { ...surroundings, signal });
    } catch (error) {
      // Only the first error is reported, not a later failure to release the folder.
      await folder.release().catch(() => undefined);
      throw error;
    }
    await folder.release();
    return code;
  });
}

/** Checks everything that can be checked in advance before it changes anything in the folder. */
async function trainIn(task: AnyTask, folder: string, command: Command, setting: Setting): Promise<number> {
  const { say, signal, backends } = setting;
  let run = command.resume ? await readRun(task, folder, command) : undefined;
  if (run === undefined) await checkFolder(task, folder);
  const options = run?.record.options ?? command.options;
  const backend = await openBackend(options, backends(options), { say, startedOn: run?.record.backend });
  try {
    const data: TaskData = await task.loadData(options, { say, signal, startedWith: run?.record.data });
    signal.throwIfAborted();
    const description = task.describeModel(data, options);
    const { name, insteadOf } = data;
    const origin = { name, insteadOf };
    if (run === undefined) checkModels(task, options, description);
    const record = { task: task.name, run: makeRunName(), options, data: origin, backend: backend.name };
    run ??= await beginRun(task, folder, record);
    await saveDescription(folder, run.record, description);
    const begun = { run, data, description };
    const arms = await runArms(task, folder, begun, setting, async (arm) => {
      // A run that is stopped later has recorded the arms that are finished.
      if (command.record === undefined) return;
      await writeFigures(task, command.record, { result: makeResult(begun.run, backend, [arm]), say });
    });
    const result = makeResult(run, backend, arms);
    const path = await writeResults(folder, {
      summary: task.summarize(result, data),
      report: await task.drawReport(result, data),
    });
    await backend.close();
    say(`\n${task.writeTable(result, data)}\n\nReport: ${path}`);
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
        : `Go on from the last checkpoint with: ${task.command} --resume --out ${folder}`,
    );
    return error instanceof Interruption ? error.exitCode : 1;
  }
}

/** Throws ArgumentError if a network of the run cannot be made, such as one that is larger than the memory. */
function checkModels(task: AnyTask, options: CommonOptions, description: unknown): void {
  for (const normalization of listChosenArms(task, options.normalization)) {
    try {
      task.makeModel(description, options, normalization).dispose();
    } catch (error) {
      if (!(error instanceof EvenkeelError)) throw error;
      throw new ArgumentError(
        `the network ${normalization} cannot be made with these options: ${error.message}`,
        { cause: error },
      );
    }
  }
}

async function runArms(
  task: AnyTask,
  folder: string,
  { run, data, description }: { readonly run: Run; readonly data: TaskData; readonly description: unknown },
  { say, signal }: Setting,
  afterArm: (finished: ArmResult) => Promise<void>,
): Promise<ArmResult[]> {
  const { options } = run.record;
  let pointed: Promise<void> | undefined;
  // Until this point a run that fails leaves `latest` on the previous run.
  const pointLatestOnce = (): Promise<void> => {
    pointed ??= pointLatest(folder, say);
    return pointed;
  };
  const arms: ArmResult[] = [];
  const { normalization: chosen } = options;
  for (const normalization of listChosenArms(task, chosen)) {
    const arm = {
      normalization,
      data,
      description,
      options,
      learningRate: findLearningRate(options.learningRate, normalization),
      run: nameArm(run.record, normalization),
      folder: findArmFolder(folder, normalization),
      saved: run.arms.get(normalization),
      signal,
      onStep: pointLatestOnce,
    };
    const result = await runArm(task, arm);
    arms.push(result);
    await afterArm(result);
  }
  await pointLatestOnce();
  return arms;
}

async function pointLatest(folder: string, say: (line: string) => void): Promise<void> {
  if (!(await pointLatestTo(folder)))
    say("`latest` beside the run's folder is not a link to a run, and stays as it is.");
}

function makeResult(
  { record: { options, data } }: Run,
  { name, device, threads }: Backend,
  arms: readonly ArmResult[],
): RunResult<unknown, ArmResult> {
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  return { date, version, data, options, backend: name, device, threads: threads ?? 1, arms };
}
