import type { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Schedule } from "../schedules/schedules.ts";
import type { DataSource } from "./batch.ts";
import type { BatchRecord, EpochRecord, History } from "./history.ts";
import type { Measures } from "./measures.ts";

/** What callbacks and probes can do to the run. */
export interface RunControl {
  /** Ends the run after what is being done now; `fit` then resolves as usual. */
  stop(): void;
}

/** Functions that `fit` calls on the way. Batches are reported in order, some steps late; a promise is waited for. */
export interface Callback {
  onBatch?(record: BatchRecord, control: RunControl): void | Promise<void>;
  onEpoch?(record: EpochRecord, history: History, control: RunControl): void | Promise<void>;
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
   * What tells this run from others, such as its seed and data: a checkpoint that has another text here is neither resumed nor
   * overwritten.
   */
  readonly run?: string;
  /** Also after so many updates within an epoch; always at the end of an epoch, and when the run is aborted. */
  readonly everySteps?: number;
}

/** What to train on, how, and what to do on the way. */
export interface FitOptions<Inputs, Labels, Outputs> extends Measures<Labels, Outputs> {
  readonly data: DataSource<Inputs, Labels>;
  readonly optimizer: Optimizer;
  /** The learning rate of each update; absent, the optimizer's own. */
  readonly schedule?: Schedule;
  /** How many epochs the whole run has, those of a resumed part included. */
  readonly epochs: number;
  /** Looked at after every epoch. */
  readonly validation?: DataSource<Inputs, Labels>;
  readonly callbacks?: readonly Callback[];
  readonly probe?: Probe;
  readonly checkpoint?: CheckpointOptions;
  /**
   * Goes on from the checkpoint, where there is one; default false. One of a run with other settings of its optimizer, the
   * initial learning rate included, is refused: `loadModel` takes over its weights alone.
   */
  readonly resume?: boolean;
  /** Ends the run between two batches: a checkpoint is written, and `fit` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How many batches are computed before their loss and metrics are read, in one transfer; default 16. */
  readonly readEvery?: number;
}
