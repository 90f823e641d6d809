import { cpu } from "@evenkeel/backend-cpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import { selectBackend } from "@evenkeel/tensor";
import type { Experiment, Trial } from "../experiment.ts";
import { saveTrial } from "./trial-files.ts";

/** What a process is to do. */
export interface TrialOrder {
  readonly experiment: string;
  readonly trial: Trial;
  readonly quick: boolean;
  readonly backend: "cpu" | "webgpu";
  readonly commit: string;
  readonly path: string;
}

/** Runs a trial on one thread and saves its outcome. */
export async function runOrder(
  experiment: Experiment,
  { trial, quick, backend: name, commit, path }: TrialOrder,
  signal: AbortSignal,
): Promise<void> {
  const backend = await selectBackend([cpu({ threads: 1 }), webgpu({ software: true })], { prefer: name });
  try {
    const {
      numbers,
      series,
      programSeconds = 0,
    } = await experiment.runTrial(trial, {
      backend,
      quick,
      folder: path.replace(/\.json$/, ""),
      signal,
    });
    const { user, system } = process.cpuUsage();
    await saveTrial(path, {
      experiment: experiment.id,
      quick,
      backend: name,
      device: backend.device,
      commit,
      processorSeconds: (user + system) / 1e6 + programSeconds,
      outcome: { trial, numbers, series },
    });
  } finally {
    await backend.close();
  }
}
