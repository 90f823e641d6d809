import { withInterruption } from "@evenkeel/nn/node";
import { ArgumentError, type Backend, DataError } from "@evenkeel/tensor";
import { readSafetensors } from "@evenkeel/tensor/safetensors";
import { readArmWeights } from "./arms/saved-arm.ts";
import type { Command } from "./command-line.ts";
import { openBackend, type Surroundings } from "./open-backend.ts";
import { listChosenArms } from "./run/chosen-arms.ts";
import { withFolder } from "./run/folder.ts";
import { findArmFolder, readArms, readDescription } from "./run/run-files.ts";
import { type RunRecord, readFinishedRecord } from "./run/run-record.ts";
import type { AnyTask, Session, TaskData, TrainedArm } from "./task.ts";

type Trained = TrainedArm<unknown, unknown> & { readonly backend: Backend };

/** Tests the trained networks of a run again, on the data that it was trained with. */
export function evaluate(task: AnyTask, command: Command, surroundings: Surroundings): Promise<number> {
  return useRun(task, command, surroundings, async (run, { arms, session }) => {
    const { options, data: startedWith } = run;
    const data: TaskData = await task.loadData(options, { ...session, startedWith });
    for (const arm of arms) {
      await useArm(task, arm, async (trained) => {
        session.say(`\n${arm.normalization}:`);
        for (const line of await task.evaluate(trained, data, session)) session.say(line);
      });
    }
  });
}

/** Predicts with a trained network of a run; with several, that of the first normalization which the task compares. */
export function predict(task: AnyTask, command: Command, surroundings: Surroundings): Promise<number> {
  const { inputs, out = command.run! } = command;
  return useRun(task, command, surroundings, async (_run, { arms: [arm], session }) => {
    session.say(`Network: ${arm!.normalization}`);
    await withFolder("--out", out, () =>
      useArm(task, arm!, async (trained) => {
        for (const line of await task.predict(trained, { inputs, out }, session)) session.say(line);
      }),
    );
  });
}

interface FinishedArm {
  readonly normalization: string;
  readonly folder: string;
  readonly description: unknown;
  readonly options: unknown;
  readonly backend: Backend;
}

interface Use {
  readonly arms: readonly FinishedArm[];
  readonly session: Session;
}

async function useRun(
  task: AnyTask,
  command: Command,
  { backends, say }: Surroundings,
  use: (run: RunRecord, use: Use) => Promise<void>,
): Promise<number> {
  const folder = command.run!;
  const run = await refuse(folder, () => readFinishedRecord(task, folder));
  const finished = await refuse(folder, () => readArms(task, folder, run));
  const description = await refuse(folder, () => readDescription(folder, run));
  const { normalization } = command.options;
  const isWanted = (name: string): boolean =>
    !command.given.has("normalization") ||
    normalization === "both" ||
    listChosenArms(task, normalization).includes(name);
  const names = [...new Set([...task.compared, ...finished.keys()])].filter(
    (name) => finished.get(name)?.result !== undefined && isWanted(name),
  );
  if (names.length === 0) {
    const wanted = command.given.has("normalization") ? ` with --normalization ${normalization}` : "";
    throw new ArgumentError(`${folder}: found no finished training${wanted}, expected one`);
  }
  const backend = await openBackend(command.options, backends(command.options), { say });
  const options = { ...run.options, threads: command.options.threads };
  const arms = names.map((name) => ({
    normalization: name,
    folder: findArmFolder(folder, name),
    description,
    options,
    backend,
  }));
  try {
    await withInterruption(async (signal) => use(run, { arms, session: { say, signal } }));
  } finally {
    await backend.close();
  }
  return 0;
}

async function useArm(task: AnyTask, arm: FinishedArm, use: (arm: Trained) => Promise<void>): Promise<void> {
  const { normalization, folder, description, options, backend } = arm;
  const model = task.makeModel(description, options, normalization);
  try {
    model.loadStateDict(readSafetensors(await readArmWeights(folder)).tensors);
    model.eval();
    await use({ normalization, model, description, options, backend });
  } finally {
    model.dispose();
  }
}

/** What is wrong with the folder of a run is wrong with the argument that names it. */
async function refuse<Value>(folder: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ArgumentError(`the run ${folder}: ${error.message}`, { cause: error });
  }
}
