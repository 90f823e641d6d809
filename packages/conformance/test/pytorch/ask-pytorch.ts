import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** A tensor in the format of the oracle. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly dtype?: "f32" | "i32";
}

export interface EvaluateQuestion {
  readonly task: "evaluate";
  /** A Python expression over `torch`, `F`, the inputs `x[i]` and the state `state["name"]`. */
  readonly expression: string;
  readonly inputs: readonly (PlainTensor | null)[];
  readonly state?: { readonly [name: string]: PlainTensor };
  readonly outputGradients: readonly PlainTensor[];
}

export interface EvaluateAnswer {
  readonly outputs: readonly PlainTensor[];
  readonly gradients: readonly (PlainTensor | null)[];
  readonly state: { readonly [name: string]: PlainTensor };
}

export interface ModuleQuestion {
  readonly task: "module";
  /** A Python expression over `nn`, `F`, `torch` and the classes in layers.py. */
  readonly model: string;
  readonly state: { readonly [name: string]: PlainTensor };
  /** A Python expression over the module `m`, the inputs `x[i]`, `torch` and `F`. */
  readonly call: string;
  readonly inputs: readonly PlainTensor[];
  readonly outputGradients: readonly PlainTensor[];
  /** Steps of gradient descent with momentum 0.9 on the mean squares of the differences of outputs and `outputGradients`. */
  readonly steps: number;
  readonly learningRate: number;
}

export interface ModuleAnswer {
  readonly outputs: readonly PlainTensor[];
  readonly gradients: readonly (PlainTensor | null)[];
  readonly parameterGradients: { readonly [name: string]: PlainTensor | null };
  /** Of each step. */
  readonly losses: readonly number[];
  /** After the steps. */
  readonly state: { readonly [name: string]: PlainTensor };
}

export interface TrainQuestion {
  readonly task: "train";
  /** A Python expression over `nn`; default: `convnet` in layers.py. */
  readonly model?: string;
  readonly state: { readonly [name: string]: PlainTensor };
  readonly learningRate: number;
  readonly momentum: number;
  readonly batches: readonly {
    readonly inputs: readonly number[];
    readonly shape: readonly number[];
    readonly labels: readonly number[];
  }[];
}

export interface NamesQuestion {
  readonly task: "names";
  /** A Python module. */
  readonly module: string;
}

export interface OptimizeQuestion {
  readonly task: "optimize";
  /** The name of a class of `torch.optim`, and its keyword arguments. */
  readonly optimizer: string;
  readonly options: { readonly [name: string]: unknown };
  readonly maxGradientNorm?: number;
  readonly maxGradientValue?: number;
  /** A Python expression as in a `ScheduleQuestion`; the scheduler may set momenta too. */
  readonly scheduler?: string;
  /** Asks for averages in place of values: exponential ones where there is a decay. */
  readonly average?: { readonly decay?: number };
  readonly values: readonly PlainTensor[];
  /** For each step one for each value; half of the value is added to it. */
  readonly gradients: readonly (readonly PlainTensor[])[];
}

export interface ScheduleQuestion {
  readonly task: "schedule";
  readonly rate: number;
  /** A Python expression over `L`, which is `torch.optim.lr_scheduler`, and the optimizer `o`. */
  readonly expression: string;
  readonly steps: number;
  /** What the scheduler gets after each step. */
  readonly metrics?: readonly number[];
}

/** All values, one after another, after every step. */
export type Course = readonly (readonly number[])[];

export interface TrainedModel {
  readonly losses: readonly number[];
  readonly state: { readonly [name: string]: PlainTensor };
}

export interface ResNetQuestion {
  readonly task: "resnet18";
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
  /** Paths of safetensors files to load strictly, and to write. */
  readonly load?: string;
  readonly save?: string;
}

interface Answers {
  readonly evaluate: EvaluateAnswer;
  readonly module: { readonly float32: ModuleAnswer; readonly float64: ModuleAnswer };
  /** The classes that the module exports. */
  readonly names: readonly string[];
  readonly optimize: { readonly float32: Course; readonly float64: Course };
  readonly schedule: readonly number[];
  readonly train: { readonly float32: TrainedModel; readonly float64: TrainedModel };
  readonly resnet18: { readonly float32: PlainTensor; readonly float64: PlainTensor };
}

type Question =
  | EvaluateQuestion
  | ModuleQuestion
  | NamesQuestion
  | OptimizeQuestion
  | ScheduleQuestion
  | TrainQuestion
  | ResNetQuestion;
type AnswerOf<Asked extends Question> = Answers[Asked["task"]];

/** A Python with PyTorch: the one in EVENKEEL_PYTHON, otherwise one on the PATH, otherwise the system's. */
export const python: string | undefined = [process.env.EVENKEEL_PYTHON, "python3", "/usr/bin/python3"].find(
  (candidate) =>
    candidate !== undefined && spawnSync(candidate, ["-c", "import torch"], { stdio: "ignore" }).status === 0,
);

/** If PyTorch is required, its tests run even without it, and fail; otherwise they are skipped. */
export const skipWithoutPytorch: boolean =
  python === undefined && !(process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("torch");

export const pytorchTitle: string =
  python === undefined ? "PyTorch (skipped: no Python with torch; EVENKEEL_PYTHON can name one)" : "PyTorch";

/** Evaluates all questions in one run of Python; the answers are in the same order. */
export function askPytorch<const Asked extends readonly Question[]>(
  questions: Asked,
): { -readonly [Index in keyof Asked]: AnswerOf<Asked[Index]> } {
  if (python === undefined) throw new Error("no Python with torch was found; EVENKEEL_PYTHON can name one");
  const { status, stdout, stderr } = spawnSync(python, ["-B", join(import.meta.dirname, "oracle.py")], {
    input: JSON.stringify(questions),
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`the PyTorch oracle failed: ${stderr}`);
  return JSON.parse(stdout).answers;
}
