import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import { makeFolder } from "@evenkeel/tensor/node";
import type { RunOptions } from "../command-line.ts";
import type { Experiment, Outcome, Trial } from "../experiment.ts";
import type { TrialOrder } from "./run-trial.ts";
import { type FinishedTrial, findTrialFile, readFinishedTrial, readTrial } from "./trial-files.ts";

export interface RunSetting {
  readonly options: RunOptions;
  readonly commit: string;
  readonly signal: AbortSignal;
  say(line: string): void;
}

export interface ExperimentRun {
  readonly outcomes: readonly Outcome[];
  /** Of processor time, of all trials. */
  readonly minutes: number;
}

/** Runs the trials of an experiment, each in a process of its own, and returns the outcomes in the order of the trials. */
export async function runExperiment(experiment: Experiment, setting: RunSetting): Promise<ExperimentRun> {
  const { options, say, signal } = setting;
  const { quick, backend, resume, out } = options;
  const trials = experiment.listTrials({ quick, seeds: options.seeds ?? (quick ? 1 : experiment.seeds) });
  await makeFolder(join(out, experiment.id));
  const finished = new Map<Trial, FinishedTrial>();
  const remaining: Trial[] = [];
  for (const trial of trials) {
    const path = findTrialFile(out, experiment.id, trial);
    const saved = resume
      ? await readTrial(path, { experiment: experiment.id, quick, backend, trial })
      : undefined;
    if (saved === undefined) {
      await rm(path, { force: true });
      remaining.push(trial);
    } else finished.set(trial, saved);
  }
  if (finished.size > 0)
    say(`${experiment.id}: ${finished.size} of ${trials.length} trials were finished before`);
  const start = performance.now();
  const work = async (): Promise<void> => {
    for (let trial = remaining.shift(); trial !== undefined; trial = remaining.shift()) {
      finished.set(trial, await runTrial(experiment, trial, setting));
      say(
        describeProgress(experiment, {
          done: finished.size,
          total: trials.length,
          left: remaining.length,
          start,
        }),
      );
    }
  };
  const processes = Math.min(remaining.length, options.processes ?? availableParallelism());
  const done = remaining.length;
  const results = await Promise.allSettled(Array.from({ length: processes }, work));
  signal.throwIfAborted();
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  say(`${experiment.id}: ${done} trials in ${formatDuration((performance.now() - start) / 1000)}`);
  const all = trials.map((trial) => finished.get(trial)!);
  const seconds = all.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0);
  return { outcomes: all.map(({ outcome }) => outcome), minutes: seconds / 60 };
}

const trialProgram = join(import.meta.dirname, "trial-process.ts");

async function runTrial(
  experiment: Experiment,
  trial: Trial,
  { options: { quick, backend, out }, commit, signal }: RunSetting,
): Promise<FinishedTrial> {
  signal.throwIfAborted();
  const path = findTrialFile(out, experiment.id, trial);
  const order: TrialOrder = { experiment: experiment.id, trial, quick, backend, commit, path };
  const child = spawn(
    process.execPath,
    ["--conditions=@evenkeel/source", trialProgram, JSON.stringify(order)],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const end = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", end);
  try {
    const { code, errors } = await waitFor(child);
    signal.throwIfAborted();
    if (code === 0) return await readFinishedTrial(path);
    throw new DataError(
      `${experiment.id}: trial ${trial.id} failed: ${errors.trim() || `exit code ${code}`}`,
    );
  } finally {
    signal.removeEventListener("abort", end);
  }
}

function waitFor(child: ChildProcess): Promise<{ readonly code: number | null; readonly errors: string }> {
  let errors = "";
  child.stderr!.on("data", (text: Buffer) => {
    errors += text.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, errors }));
  });
}

function describeProgress(
  { id }: Experiment,
  {
    done,
    total,
    left,
    start,
  }: { readonly done: number; readonly total: number; readonly left: number; readonly start: number },
): string {
  const seconds = (performance.now() - start) / 1000;
  const rest = done === 0 ? "" : `, ${formatDuration((seconds / done) * left)} left`;
  return `${id}: ${done}/${total} trials${rest}`;
}

const formatDuration = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
