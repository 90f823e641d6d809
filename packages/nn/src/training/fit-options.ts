import type { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Schedule } from "../schedules/schedules.ts";
import type { DataSource } from "./batch.ts";
import type { BatchRecord, EpochRecord, History } from "./history.ts";
import type { Measures } from "./measures.ts";

/** What callbacks and probes can do to the run. */
export interface RunControl {
  /**
   * Ends the run after what is being done now; `fit` then resolves as usual. An epoch is completed where its data say at once
   * that they are at their end: by `batchesPerEpoch`, or because nothing has to be waited for.
   */
  stop(): void;
}

/** Functions that `fit` calls on the way. Batches are reported in order, some steps late; a promise is waited for. */
export interface Callback<Name extends string = string> {
  onBatch?(record: BatchRecord<Name>, control: RunControl): void | Promise<void>;
  onEpoch?(record: EpochRecord<Name>, history: History<Name>, control: RunControl): void | Promise<void>;
}

/** Looks at the model now and then. The device is idle when it is called, and its time does not count as training. */
export interface Probe {
  /** After how many updates it is called, each time. */
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
   * What identifies this run, such as its seed and data: a checkpoint that has another text here is neither resumed nor
   * overwritten, also by a run that has none.
   */
  readonly run?: string;
  /** Also every so many updates within an epoch; always at the end of an epoch, and when the run is aborted. */
  readonly everySteps?: number;
}

/** What to train on, how, and what to do on the way. */
export interface FitOptions<Inputs, Labels, Outputs, Name extends string = string>
  extends FitSettings<Labels, Outputs, Name> {
  readonly data: DataSource<Inputs, Labels>;
  /** Looked at after every epoch. */
  readonly validation?: DataSource<Inputs, Labels>;
}

/** How to train, and what to do on the way. */
export interface FitSettings<Labels, Outputs, Name extends string = string>
  extends Measures<Labels, Outputs, Name> {
  readonly optimizer: Optimizer;
  /** The learning rate of each update; absent, the optimizer's own. */
  readonly schedule?: Schedule;
  /** How many epochs the whole run has, those of a resumed part included. */
  readonly epochs: number;
  readonly callbacks?: readonly Callback<NoInfer<Name>>[];
  readonly probe?: Probe;
  readonly checkpoint?: CheckpointOptions;
  /**
   * Goes on from the checkpoint; where there is none, from where the last `fit` with this model and this optimizer ended in this
   * program, also by an error; else from the beginning. Default false. A run with other metrics or other settings of its
   * optimizer is refused: `loadModel` takes over the weights of a checkpoint alone. The learning rate may change: an optimizer
   * that was made with another one than the saved run's goes on with that, and a schedule decides anyway.
   */
  readonly resume?: boolean;
  /**
   * Ends the run at once, also while it waits for data or validates: a checkpoint is written, and `fit` rejects with the
   * signal's reason.
   */
  readonly signal?: AbortSignal;
  /** How many batches are computed at most before their loss and metrics are read, in one transfer; default 16. */
  readonly readEvery?: number;
  /**
   * What follows a loss that is NaN or infinite, which is noticed when it is read: NonFiniteLossError, the end of the run as by
   * `stop()` (without completing the epoch), or nothing. Default `throw`. No checkpoint is written after such a loss, unless
   * the run continues. With `everySteps`, a step whose loss is finite and whose update overflows is saved before the next
   * loss tells.
   */
  readonly onNonFinite?: "throw" | "stop" | "continue";
}
