import type { RandomState } from "@evenkeel/tensor";
import type { Environment } from "../../checkpoints/environment.ts";
import type { AnyModule } from "../../module/module.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { OptimizerSettings } from "../../optimizers/optimizer-options.ts";
import type { CheckpointOptions } from "../fit-options.ts";
import type { History } from "../measurements/history.ts";
import type { Totals } from "../measurements/totals.ts";

/** The position of the next batch. */
export interface Position {
  readonly epoch: number;
  readonly batch: number;
  readonly step: number;
}

/** The state of a run; `milliseconds` and `totals` are those of the current epoch so far. */
export interface RunState {
  readonly history: History;
  readonly position: Position;
  readonly totals: Totals["state"];
  readonly milliseconds: number;
  /** The best number that was monitored so far; absent where none is. */
  readonly best?: Best;
}

/** A number that was monitored. */
export interface Best {
  readonly value: number;
  /** The number of updates before it. */
  readonly steps: number;
}

/** What identifies a run: saved state with other settings belongs to another run. */
export interface RunSettings {
  readonly run: string | null;
  /** The names of the metrics, in the order of their totals. */
  readonly metrics: readonly string[];
  readonly optimizer: OptimizerSettings;
  /** The seed that the order of the examples follows from, where the data tells one. */
  readonly data: { readonly seed: number | null };
}

/** What a checkpoint holds besides tensors. */
export interface Progress extends RunState {
  readonly settings: RunSettings;
  /** What the run was made with; another one may continue it. */
  readonly environment: Environment;
  readonly learningRate: number;
  /** The source of everything that is given no seed. */
  readonly defaultSource: RandomState;
  /** Random sources by their path in the model. */
  readonly random: { readonly [path: string]: RandomState };
}

/** What a run consists of. */
export interface RunParts {
  readonly model: AnyModule;
  readonly optimizer: Optimizer;
  readonly metrics?: object;
  readonly data: object;
}

/** The options that identify a run. */
export const readSettings = (
  checkpoint: CheckpointOptions | undefined,
  { optimizer, metrics = {}, data }: Omit<RunParts, "model">,
): RunSettings => ({
  run: checkpoint?.run ?? null,
  metrics: Object.keys(metrics),
  optimizer: optimizer.settings,
  data: { seed: findSeed(data) },
});

const findSeed = (data: object): number | null =>
  "seed" in data && typeof data.seed === "number" ? data.seed : null;
