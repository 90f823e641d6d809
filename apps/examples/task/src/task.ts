import type { AnyModule } from "@evenkeel/nn";
import type { Backend } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import type { CommonOptions, Settings } from "./settings.ts";

/** The data of a task, and where they come from. */
export interface TaskData {
  readonly name: string;
  /** The requested data set, if it could not be reached and synthetic data replace it. */
  readonly insteadOf: string | null;
}

/** What the training of one network gives. Every field can be written as JSON. */
export interface ArmResult {
  /** The normalization of the network. */
  readonly normalization: string;
  /** The duration of the training, without evaluations. */
  readonly trainingSeconds: number;
}

/** The files of an arm in its folder. */
export interface SavedArm<Measurements = object, Result = ArmResult> {
  /** The results of an arm that was trained and tested. */
  readonly result: Result | undefined;
  readonly measurements: Measurements | undefined;
}

/** One network of a run, to be trained, or to be trained on. */
export interface Arm<Options, Data, Description, Measurements, Result> {
  readonly normalization: string;
  readonly model: AnyModule;
  readonly description: Description;
  readonly data: Data;
  readonly options: Options;
  /** Of this network. */
  readonly learningRate: number;
  /** The name of the run and of the arm in it, for checkpoints. */
  readonly run: string;
  /** The folder of this arm, with its checkpoint, weights and results. */
  readonly folder: string;
  /** The files of an interrupted run in the folder; absent for a new run. */
  readonly saved: SavedArm<Measurements, Result> | undefined;
  readonly signal: AbortSignal;
  /** Saves measurements, so that a resumed run ends with the same report. */
  save(measurements: Measurements): Promise<void>;
  /** To be called after every step. */
  onStep(): Promise<void>;
}

/** A finished network of a run, with its trained weights. */
export interface TrainedArm<Options, Description> {
  readonly normalization: string;
  readonly model: AnyModule;
  readonly description: Description;
  readonly options: Options;
}

/** The result of a whole run. */
export interface RunResult<Options, Result> {
  /** The time at which it ended, in UTC. */
  readonly date: string;
  /** The version of Evenkeel. */
  readonly version: string;
  readonly data: TaskData;
  readonly options: Options;
  readonly backend: string;
  readonly device: string;
  readonly threads: number;
  readonly arms: readonly Result[];
}

/** A figure that a run is held to. */
export interface Figure {
  /** The file name of its record, without the ending: the data set, the model and whatever else tells it from others. */
  readonly name: string;
  readonly dataset: string;
  readonly normalization: string;
  readonly metric: string;
  readonly value: number;
  /** The bounds of the 95 % confidence interval over the examples of the test set. */
  readonly interval?: readonly [low: number, high: number];
  /** The published figure and its source. */
  readonly literature: string;
  /** The time of the training. */
  readonly minutes: number;
}

/** What the program says and how it is interrupted. */
export interface Session {
  readonly signal: AbortSignal;
  say(line: string): void;
}

/** An input of a prediction, as it stands on the command line: a file or a text. */
export interface PredictionRequest {
  readonly inputs: readonly string[];
  /** The folder for pictures of the prediction. */
  readonly out: string;
}

/** A task: everything that distinguishes one example from another. */
export interface Task<
  Options extends CommonOptions,
  Data extends TaskData,
  Description,
  Measurements extends object,
  Result extends ArmResult,
> {
  /** The name of its folder. */
  readonly name: string;
  /** How the program is started, for messages. */
  readonly command: string;
  readonly help: string;
  readonly settings: Settings<Options>;
  /** The two normalizations that `--normalization both` compares. */
  readonly compared: readonly [string, string];
  /** The defaults that `--quick` changes, for a run of less than a minute. */
  readonly quick: Partial<Options>;
  readonly measurementRules: Rules<Measurements>;
  readonly resultRules: Rules<Result>;

  /** Loads and checks the data. `startedWith` is the data of a resumed run, whose result other data would change. */
  loadData(
    options: Options,
    session: Session & { readonly startedWith: TaskData | undefined },
  ): Promise<Data>;
  /** Everything that `makeModel` and predictions need besides the options: class names, sizes, a vocabulary. Written as JSON. */
  describeModel(data: Data, options: Options): Description;
  /** The network before training, on the default backend. */
  makeModel(description: Description, options: Options, normalization: string): AnyModule;
  /** Trains the model, and tests it. */
  trainArm(arm: Arm<Options, Data, Description, Measurements, Result>): Promise<Result>;

  /** The contents of `summary.json`, for other programs. */
  summarize(result: RunResult<Options, Result>, data: Data): object;
  /** The final table on the terminal. */
  writeTable(result: RunResult<Options, Result>, data: Data): string;
  /** The report, an HTML page that works offline. */
  drawReport(result: RunResult<Options, Result>, data: Data): string | Promise<string>;
  /** The figures of full runs, which `--record` keeps. */
  listFigures(result: RunResult<Options, Result>): readonly Figure[];

  /** Tests a trained network again; returns the lines to print. */
  evaluate(arm: TrainedArm<Options, Description>, data: Data, session: Session): Promise<readonly string[]>;
  /** What the inputs of a prediction are, such as `a picture`. */
  readonly predicts: string;
  /** Predicts for new inputs; returns the lines to print. */
  predict(
    arm: TrainedArm<Options, Description> & { readonly backend: Backend },
    request: PredictionRequest,
    session: Session,
  ): Promise<readonly string[]>;
}

/** A task of any kind, as the program holds it. */
export interface AnyTask
  // biome-ignore lint/suspicious/noExplicitAny: the types of a task are its own business.
  extends Omit<Task<any, any, any, any, any>, "settings"> {
  readonly settings: Settings<CommonOptions>;
}
