import type { Tensor } from "@evenkeel/tensor";
import type { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import type { AnyModule } from "../module/module.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { DataSource } from "./batches/batch.ts";
import type {
  BatchRecord,
  EpochRecord,
  Evaluation,
  History,
  ValidationRecord,
} from "./measurements/history.ts";
import type { Measures } from "./measurements/measures.ts";
import type { StepHooks } from "./step-hooks.ts";

/** What callbacks and probes can do to the run. */
export interface RunControl {
  /**
   * Ends the run before its next batch; `fit` then resolves as usual. After the last batch of an epoch, the epoch is completed
   * if the data show at once that it is over: by `batchesPerEpoch`, or by an end that need not be waited for.
   */
  stop(): void;
}

/** A run as it begins, or as it is resumed. */
export interface RunStart<Name extends string = string> {
  readonly model: AnyModule;
  readonly optimizer: Optimizer;
  /** The epochs before a resumed run; empty otherwise. */
  readonly history: History<Name>;
  /** The number of epochs of the whole run. */
  readonly epochs: number;
  /** Undefined where the data do not tell. */
  readonly batchesPerEpoch: number | undefined;
  /** The names of the metrics. */
  readonly metrics: readonly Name[];
  /** Whether epochs end with a validation. */
  readonly isValidated: boolean;
}

/** A step between its backward pass and its update. The tensors belong to it: `keep` a copy of what shall outlast it. */
export interface StepStart {
  readonly epoch: number;
  /** Counts from 0 within the epoch. */
  readonly batch: number;
  /** Counts from 0 over the whole run. */
  readonly step: number;
  readonly learningRate: number;
  /** One element. */
  readonly loss: Tensor;
  /** Those of the update, in the order of `listTrainableParameters(model)`. */
  readonly gradients: readonly Tensor[];
}

/**
 * Functions that `fit` calls during training: those of the first callback, then those of the second, each when the one before has
 * finished. Promises are awaited, except of `onStep`. An error that one throws ends the run.
 */
export interface Callback<Name extends string = string> {
  /** Before the first batch. */
  onStart?(start: RunStart<Name>, control: RunControl): void | Promise<void>;
  /**
   * In every step before its update, at once. It is synchronous and reads no values, so that nothing waits for the device; an error
   * leaves the state of the step before.
   */
  onStep?(step: StepStart, control: RunControl): void;
  /** For every batch, in their order, some steps late. */
  onBatch?(record: BatchRecord<Name>, control: RunControl): void | Promise<void>;
  /** After each validation of `validateEvery`. */
  onValidation?(
    record: ValidationRecord<Name>,
    history: History<Name>,
    control: RunControl,
  ): void | Promise<void>;
  /** After every epoch and its validation, before it is saved. */
  onEpoch?(record: EpochRecord<Name>, history: History<Name>, control: RunControl): void | Promise<void>;
  /** When training has ended without an error, also by `stop`. */
  onEnd?(history: History<Name>): void | Promise<void>;
  /** When training ends with an error, which `fit` then rejects with, whatever this does. */
  onError?(error: unknown, history: History<Name>): void | Promise<void>;
}

/**
 * A function that `fit` calls at regular intervals of updates. The device is idle then, and the time does not count
 * as training.
 */
export interface Probe {
  /** The number of updates from one call to the next. */
  readonly every: number;
  /** `steps` is the number of updates done. */
  run(at: { readonly steps: number; readonly epoch: number }, control: RunControl): void | Promise<void>;
}

/** Where and how often a run is saved. */
export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** Default: `latest`. */
  readonly name?: string;
  /**
   * A name that identifies this run, such as its seed and data. A checkpoint with another name is neither resumed nor
   * overwritten, not even by a run without a name.
   */
  readonly run?: string;
  /**
   * The number of updates between additional saves. A run is always saved at the end of an epoch and when it is
   * aborted.
   */
  readonly everySteps?: number;
  /** The number of recent checkpoints that also stay under names of their own, `<name>-<steps>`; default 0. */
  readonly keep?: number;
  /** Saves the run also as `<name>-best` whenever an evaluation is the best so far; `loadModel` loads its weights. */
  readonly best?: BestOptions;
}

/** Which checkpoint is the best. */
export interface BestOptions<Name extends string = string> {
  /** The number that should improve, of each validation, or of each epoch of training where there is none; default: the loss. */
  monitor?(evaluation: Evaluation<Name>): number;
  /** Whether smaller or larger is better; default `min`. */
  readonly mode?: "min" | "max";
  /** Whether the model has its best weights and buffers when training ends without an error; default false. */
  readonly restored?: boolean;
}

/** How to train, on which data, and what to do during training. */
export interface FitOptions<Inputs, Labels, Outputs, Name extends string = string>
  extends FitSettings<Labels, Outputs, Name> {
  readonly data: DataSource<Inputs, Labels>;
  /** Evaluated after every epoch. */
  readonly validation?: DataSource<Inputs, Labels>;
}

/** How to train, and what to do during training. */
export interface FitSettings<Labels, Outputs, Name extends string = string>
  extends Measures<Labels, Outputs, Name>,
    StepHooks {
  readonly optimizer: Optimizer;
  /** The learning rate of each update; absent, the optimizer's own. */
  readonly schedule?: Schedule;
  /** The number of epochs of the whole run, including those before it was resumed. */
  readonly epochs: number;
  readonly callbacks?: readonly Callback<NoInfer<Name>>[];
  /** The number of steps from one validation to the next, within epochs too; those at the end of epochs take place anyway. */
  readonly validateEvery?: number;
  readonly probe?: Probe;
  readonly checkpoint?: CheckpointOptions;
  /**
   * Continues from the checkpoint. Where there is none, continues from where the last `fit` of this program with this model and
   * this optimizer ended, even by an error; with neither, a run with a `checkpoint` starts from the beginning. Default false. A
   * run with other metrics or other optimizer settings is refused: `loadModel` takes only the weights of a checkpoint. The
   * learning rate may differ: an optimizer that was made with another rate than that of the saved run continues with its own,
   * and a schedule overrides both.
   */
  readonly resumed?: boolean;
  /**
   * Ends the run at once, even while it waits for data or validates: a checkpoint is written, and `fit` rejects with the
   * signal's reason.
   */
  readonly signal?: AbortSignal;
  /** The largest number of batches whose loss and metrics are read in one transfer; default 16. */
  readonly readEvery?: number;
  /**
   * What to do about a loss or gradients that are NaN or infinite, which is noticed when the loss is read: reject with
   * NonFiniteLossError or NonFiniteGradientError, stop as `stop()` does (without completing the epoch), or continue. Default
   * `throw`.
   *
   * Unless the run continues, parameters stay as they were before the first such step: on the device, no later update takes place,
   * and no checkpoint is written. Running statistics may not be finite then. Before `fit` rejects, it repeats the step, and the
   * error names the layer and the operation that made the first such value, in the forward or the backward pass. For that, batches are
   * kept until their losses have been read.
   */
  readonly onNonFinite?: "throw" | "stop" | "continue";
}
